"""Does the cluster's registry have from its start what every cluster needs?"""

import re

from testkit import images
from testkit.kube import addons
from testkit.kube.cluster import Cluster
from tests.k8s.support.names import CLUSTER

# The access log's line for a layer that somebody begins to send. With `?` it is one that the registry has elsewhere.
UPLOAD = re.compile(r'"POST /v2/([a-z-]+)/blobs/uploads/ HTTP')


def test_layers_of_the_stock_are_never_sent(cluster: Cluster, references: dict[str, str]) -> None:
    """Red: each cluster, and so each run of this layer, begins with half a minute of compressing the same images."""
    sent = UPLOAD.findall(cluster.registry.container.logs())
    assert "strata" in sent, f"not even the image under test is in the log, so this proves nothing: {sent}"
    stock = {*images.assignments(CLUSTER / "stock.env"), *addons.names(CLUSTER)} - {"strata"}
    anew = sorted(stock.intersection(sent))
    assert not anew, f"pushed although deploy/cluster/stock.env, or an add-on, asks for it in stock: {', '.join(anew)}"
