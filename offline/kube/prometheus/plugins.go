// Package plugins takes the place of Prometheus' own: of its two dozen ways to find targets the one that scrape.yml uses.
// The others are the libraries of every cloud, and most of what a build would take.
package plugins

import (
	_ "github.com/prometheus/prometheus/discovery/kubernetes" // Registers itself.
)
