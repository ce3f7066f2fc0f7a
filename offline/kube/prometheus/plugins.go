// Package plugins takes the place of Prometheus' own, by build's overlay: of its two dozen ways to find targets the one
// that scrape.yml uses. The others are the libraries of every cloud, and most of the time that a build takes.
package plugins

import (
	_ "github.com/prometheus/prometheus/discovery/kubernetes"
)
