// Only the files of kind's node image are taken from here: entrypoint, units, settings. The program itself is a tool.
module strata.example/offline/kind

go 1.25.0

require sigs.k8s.io/kind v0.33.0
