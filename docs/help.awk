# Prints the Makefile's verbs by section, from the `##@` and `##` comments beside them.
BEGIN { FS = ":.*## "; printf "\nUsage: make VERB\n" }
/^##@ / { printf "\n%s\n", substr($0, 5) }
/^[a-z][a-z0-9-]*:.*## / { printf "  %-17s %s\n", $1, $2 }
END { printf "\n" }
