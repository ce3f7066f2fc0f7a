# One line per verb; what a verb does lives in the programs it calls. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# `make -j` would build the same thing twice at once: only what `test` starts side by side is made for it.
ifndef SIDE_BY_SIDE
.NOTPARALLEL:
endif

PYTHON ?= python3
# The one in the tree is made and kept up to date; an agent may bring its own, which is taken as it is.
VENV ?= .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --require-hashes
# Tests are started by interpreter, so that the same lines work before and after `. .venv/bin/activate`.
PYTEST := $(PY) -m pytest
# Without Schemathesis and the app, which the unit layer alone needs: each process would take a second to import them.
PLAIN_PYTEST := $(PYTEST) -p no:schemathesis -o DJANGO_SETTINGS_MODULE=
WORKERS ?= 2
# The layers of `make test`: one after the other, then two at a time. The cluster's spends its time on waiting for pods,
# the others' on computing; they are given only what the cluster leaves. `test-k8s` holds the manifests' static tests.
GATING := test-unit test-container
TOGETHER := in-front/test-k8s behind/test-terraform behind/test-pipeline
LOGS := reports

# Whatever the shell says: without compiled files each of a layer's Pythons compiles all tests and their plugins anew.
export PYTHONDONTWRITEBYTECODE :=

PORT ?= 8000
METRICS_PORT ?= 8001
CLUSTER ?= strata
HTTP_PORT ?= 8080
DEPLOY ?= local
# Go's programs (kubectl, kustomize, Terraform, Docker's) end within seconds: most of their search for garbage is in vain.
test-container test-k8s-static test-k8s test-terraform test-slow e2e: export GOGC ?= 400
# Where a pipeline delivers; its controller sets these for its own site.
REGISTRY ?= registry.strata.example.org
OVERLAY ?= deploy/kustomize/overlays/$(ENV)
SITE ?= https://$(if $(filter production,$(ENV)),,$(ENV).)strata.example.org

##@ Use it
.PHONY: run
run: $(VENV)/.app ## Start the app on an embedded default: SQLite, no Docker, no compiler (PORT=8000 METRICS_PORT=8001)
	@PORT=$(PORT) METRICS_PORT=$(METRICS_PORT) $(PY) webapp/embedded.py

.PHONY: up
up: images ## Build the image and start the Compose stack: MySQL, Redis, app, flusher (WEB_PORT=8000)
	docker compose up --build --detach --wait
	@echo "Strata is at http://localhost:$${WEB_PORT:-8000}; an account for it: make user"

.PHONY: user
user: ## Create an account in the Compose stack and print its password, once (NAME=demo)
	@docker compose exec -T webapp python manage.py create_user $(or $(NAME),demo)

.PHONY: monitoring
monitoring: $(VENV)/.dev images monitoring-images ## Start the Compose stack with Prometheus and the exporters, and light load; prints every target (PROMETHEUS_PORT=9090)
	JOB_METRICS=http://prometheus:9090/api/v1/otlp/v1/metrics docker compose --profile monitoring up --build --detach --wait
	@$(PY) deploy/monitoring.py

.PHONY: down
down: ## Stop the Compose stack; its data stay (docker compose --profile '*' down --volumes removes them)
	docker compose --profile monitoring --profile grafana down --remove-orphans

.PHONY: cluster
cluster: $(VENV)/.dev images cluster-images tools ## Make the local Kubernetes cluster, or keep a healthy one (HTTP_PORT=8080)
	$(PY) -m testkit.kube.cluster up deploy/cluster --name $(CLUSTER) --http-port $(HTTP_PORT)

.PHONY: deploy
deploy: $(VENV)/.dev images cluster-images tools $(if $(filter local,$(DEPLOY)),,monitoring-images) ## Build the image and bring it into the local cluster, which is made if need be (DEPLOY=local-monitored)
	$(PY) deploy/local.py --name $(CLUSTER) --http-port $(HTTP_PORT) --overlay $(DEPLOY)

.PHONY: cluster-down
cluster-down: $(VENV)/.dev ## Remove the local cluster with its registry, its network and all that ran there
	$(PY) -m testkit.kube.cluster down --name $(CLUSTER)

.PHONY: clean
clean: ## Remove the embedded default's state, the reports and every tool's cache (not the virtual environment)
	@# Of a cluster that runs, the kubeconfig stays: `make cluster-down` removes both.
	[[ ! -d .strata ]] || find .strata -mindepth 1 -maxdepth 1 ! -name clusters -exec rm -rf {} +
	rm -rf reports .coverage .coverage.* .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

##@ Test it
.PHONY: test
test: bootstrap ## Run the layers that gate a change: unit, containers, then manifests and cluster with Terraform and the pipeline beside them
	@# The page is written after a red layer too; the exit code is the layers'.
	@since=$$(date +%s); code=0; page=0; \
	{ $(MAKE) $(GATING) && $(MAKE) -j 2 --keep-going SIDE_BY_SIDE=yes $(TOGETHER); } || code=$$?; \
	$(PY) -m testkit.report docs/layers.toml --since $$since || page=$$?; \
	exit $$((code ? code : page))

.PHONY: in-front/% behind/%
in-front/%:
	@$(MAKE) SIDE_BY_SIDE= $*

# Its output comes when it has ended.
behind/%:
	@mkdir -p $(LOGS); code=0; echo "$* runs beside, at the lowest priority: $(LOGS)/$*.log"; \
	nice -n 19 $(MAKE) SIDE_BY_SIDE= $* >$(LOGS)/$*.log 2>&1 || code=$$?; \
	cat $(LOGS)/$*.log; exit $$code

# A third process fills the moments in which the others wait for a child.
.PHONY: test-unit
test-unit: $(VENV)/.dev ## Unit layer: Python only, no network, branch coverage of webapp/ at least 95 %
	$(PYTEST) tests/unit -n 3 --dist worksteal --cov --cov-report=term --cov-report=xml:reports/coverage.xml --cov-fail-under=95 \
		--junitxml=reports/unit.xml $(ARGS)

# A process for each group of tests/container/conftest.py.
.PHONY: test-container
test-container: $(VENV)/.dev images monitoring-images chromium ## Container layer: MySQL and Redis by Testcontainers, the image by Testinfra, Compose, browser
	$(PLAIN_PYTEST) tests/container -n 4 --dist loadgroup --junitxml=reports/container.xml $(ARGS)

.PHONY: test-k8s-static
test-k8s-static: $(VENV)/.dev tools ## What can be held of the Kubernetes manifests without a cluster, in seconds
	$(PLAIN_PYTEST) tests/k8s/static -n $(WORKERS) --junitxml=reports/k8s-static.xml $(ARGS)

# The cluster is one process' own, and what needs none runs in the other.
.PHONY: test-k8s
test-k8s: $(VENV)/.dev images cluster-images tools ## Kubernetes layer, on a cluster of its own: accepted, deployed, changed under load (ARGS=--keep)
	$(PLAIN_PYTEST) tests/k8s -n 2 --dist loadgroup --junitxml=reports/k8s.xml $(ARGS)

.PHONY: test-pipeline
test-pipeline: $(VENV)/.dev java ## Pipeline layer: the Jenkinsfile is run, not read, in a runner with Jenkins' own Groovy
	$(PLAIN_PYTEST) tests/pipeline --junitxml=reports/pipeline.xml $(ARGS)

.PHONY: test-terraform
test-terraform: $(VENV)/.dev terraform checkov ## Terraform layer: what an apply would do, the VPC applied to an emulator, checkov (ARGS=--slow)
	$(PLAIN_PYTEST) tests/terraform -n $(WORKERS) --dist loadgroup --no-loadscope-reorder --junitxml=reports/terraform.xml $(ARGS)

.PHONY: test-slow
test-slow: $(VENV)/.dev images cluster-images tools terraform ## What needs more time than its layer has: 60 s of load, 20 roll-outs, the autoscaler, EKS
	$(PLAIN_PYTEST) tests/k8s tests/terraform -m slow --slow $(ARGS)

.PHONY: e2e
e2e: $(VENV)/.dev images cluster-images tools terraform java chromium checkov ## The Jenkinsfile for real: build, layers, push, apply, deploy, a release rolled back (LAYERS=all|none|unit,…)
	$(PY) -m jenkins.e2e --name $(or $(NAME),e2e) --http-port $(or $(SITE_PORT),8090) --layers $(or $(LAYERS),all)

.PHONY: report
report: $(VENV)/.dev ## One page over the results that are in reports/: what failed and why, what did not run, what is slow
	@$(PY) -m testkit.report docs/layers.toml

.PHONY: plan-review
plan-review: $(VENV)/.dev terraform ## The Terraform plan of ENV=staging|production as a page, with a verdict (ACCOUNT=yes asks the real account)
	@[[ -n "$(ENV)" && -d "terraform/envs/$(ENV)" ]] || { echo "plan-review: say ENV=staging or ENV=production" >&2; exit 2; }
	@# Code 3 wants a person to look, and this is a person looking.
	@$(PY) -m testkit.plan_review review --chdir terraform/envs/$(ENV) \
		$(if $(filter yes,$(ACCOUNT)),--backend-config backend.hcl,--rehearse terraform) $(ARGS) || [[ $$? -eq 3 ]]

.PHONY: faults
faults: $(VENV)/.dev ## Apply each mistake of the catalogue to a copy and name the test that catches it (LAYER= ID= JOBS=)
	@# A copy has no .env, so its choice of images goes along in the environment.
	@set -a; [[ ! -e .env ]] || . ./.env; set +a; \
	$(PY) -m testkit.faults $(if $(LAYER),--layer $(LAYER)) $(if $(ID),--id $(ID)) $(if $(JOBS),--jobs $(JOBS))

.PHONY: bench
bench: $(VENV)/.dev stores images terraform ## Measure redirects a second, also in the image; what metrics and traces cost; the image; plan checks beside Terratest
	$(PY) -m benchmarks.redirects
	$(PY) -m benchmarks.redirects.in_image
	$(PY) -m benchmarks.observability
	$(PY) -m benchmarks.image
	$(PY) -m benchmarks.plan_checks

.PHONY: durability
durability: $(VENV)/.dev stores ## Kill the flusher 50 times while hits come in, and count whether any was lost or doubled (STORES=containers)
ifeq ($(STORES),containers)
	@$(MAKE) images
	DURABILITY_KILLS=50 $(PYTEST) tests/container/test_no_visit_is_lost_when_the_flusher_is_killed.py
else
	$(PY) -m benchmarks.durability
endif

##@ Set it up
.PHONY: bootstrap
bootstrap: ## Look at what is there, say what is missing, and on Debian as root install and start it
	@bootstrap/need venv docker chromium go java terraform

.PHONY: images
images: ## Pull the pinned images, or build stand-ins where no registry answers; write the choice to .env
	@bootstrap/need docker
	@$(PYTHON) -m offline PYTHON MYSQL REDIS

.PHONY: monitoring-images
monitoring-images: ## The same for Prometheus and the exporters (Grafana has no stand-in: its registry must answer)
	@bootstrap/need docker
	@$(PYTHON) -m offline PROMETHEUS MYSQL_EXPORTER REDIS_EXPORTER

.PHONY: cluster-images
cluster-images: ## The same for the local cluster: kind's node, ingress controller, metrics server, registry
	@bootstrap/need docker
	@$(PYTHON) -m offline KIND_NODE INGRESS METRICS_SERVER REGISTRY

.PHONY: tools
tools: $(VENV)/.dev
	@bootstrap/need go
	@$(PY) -m testkit.kube.tools

.PHONY: terraform
terraform:
	@bootstrap/need terraform

.PHONY: checkov
checkov: $(VENV)/.dev
	@$(PY) -m tests.terraform.support.checkov

.PHONY: java
java:
	@bootstrap/need java

.PHONY: stores
stores:
	@bootstrap/need wrk redis

.PHONY: chromium
chromium:
	@bootstrap/need chromium

##@ Deliver it, as the Jenkinsfile does
.PHONY: preflight
preflight: ## Name what this machine lacks for the pipeline; installs nothing (NEEDS=)
	@BOOTSTRAP=no bootstrap/need $(or $(NEEDS),venv docker chromium go java terraform)

.PHONY: image
image: $(VENV)/.dev images ## Build the commit's image once, into .strata/image: tagged by the commit, labelled with it
	@$(PY) -m testkit.delivery.image build . --name strata --base PYTHON_IMAGE

.PHONY: image-id
image-id: $(VENV)/.dev
	@$(PY) -m testkit.delivery.image id

.PHONY: image-load
image-load: $(VENV)/.dev ## Give the image that was built elsewhere to this machine's engine
	@$(PY) -m testkit.delivery.image load

.PHONY: push
push: $(VENV)/.dev ## Push the image that was tested (APP_IMAGE=) to REGISTRY=; prints what to deploy, by digest
	@$(PY) -m testkit.delivery.push $(REGISTRY)/strata

.PHONY: plan-verdict
plan-verdict:
	@$(PYTHON) -c 'import json, sys; print(json.load(open(sys.argv[1]))["verdict"])' reports/plan-review/$(ENV)/verdict.json

.PHONY: plan-apply
plan-apply: $(VENV)/.dev ## Apply the plan that was reviewed, and no other (ENV= APPROVED_BY=)
	@terraform -chdir=terraform/envs/$(ENV) init -input=false -backend-config=backend.hcl
	@$(PY) -m testkit.plan_review apply --chdir terraform/envs/$(ENV) --plan .strata/plans/$(ENV).tfplan \
		--verdict reports/plan-review/$(ENV)/verdict.json --approved-by "$(APPROVED_BY)"

.PHONY: release
release: $(VENV)/.dev ## Deploy IMAGE= by its digest to ENV= with KUBECONFIG=, wait for it, roll back when it fails
	@[[ "$(IMAGE)" == *@sha256:* ]] || { echo "release: IMAGE must be by digest, and is '$(IMAGE)'" >&2; exit 2; }
	@$(PY) -m testkit.kube.deploy $(OVERLAY) --image strata=$(IMAGE) --kubeconfig $(KUBECONFIG) --timeout 900 \
		--rollback-on-failure

.PHONY: smoke
smoke: $(VENV)/.dev ## Ask what runs at SITE= whether it is this commit
	@$(PY) -m testkit.delivery.smoke $(SITE) --json /healthz/ready version $$(git rev-parse HEAD | cut -c1-12) --junit reports/smoke.xml

##@ Change it
.PHONY: lint
lint: $(VENV)/.dev ## Style, types, the architecture's arrows, unused dependencies
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	PYTHONPATH=webapp:. $(VENV)/bin/lint-imports
	$(VENV)/bin/deptry webapp --known-first-party config --known-first-party links --known-first-party ops

.PHONY: format
format: $(VENV)/.dev ## Put every Python file into the project's style
	$(VENV)/bin/ruff check --fix --quiet .
	$(VENV)/bin/ruff format .

.PHONY: fmt
fmt: terraform ## Put the Terraform code into Terraform's own style
	terraform fmt -recursive terraform
	terraform fmt -recursive tests/terraform/roots

.PHONY: lock
lock: $(VENV)/bin/python ## Compile requirements/*.txt anew from pyproject.toml (UPGRADE=yes takes newer versions)
	$(PY) -m pip --disable-pip-version-check install --quiet uv
	requirements/compile $(if $(UPGRADE),--upgrade)

.PHONY: screenshots
screenshots: $(VENV)/.dev chromium ## Take the pictures of the UI in docs/images anew, with a real browser
	$(PY) docs/screenshots.py

.PHONY: dashboards
dashboards: $(VENV)/.dev chromium ## Draw the dashboards into docs/images from what a running Prometheus knows (PROMETHEUS_PORT=9090)
	@$(PY) docs/dashboards.py --prometheus http://localhost:$${PROMETHEUS_PORT:-9090}

.PHONY: checks
checks: ## Write docs/checks.md anew from the tests' docstrings, and the Terraform modules' tables from their code
	@$(PYTHON) docs/checks.py
	@$(PYTHON) docs/terraform.py

.PHONY: help
help: ## Show this list
	@awk -f docs/help.awk $(MAKEFILE_LIST)

ifeq ($(origin VENV),file)
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "strata: Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Set PYTHON=.")'
	@PYTHON=$(PYTHON) bootstrap/need venv
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.app: requirements/app.txt | $(VENV)/bin/python
	@echo "Installing the app's dependencies into $(VENV) …"
	@$(PIP) -r requirements/app.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt testkit/pyproject.toml | $(VENV)/bin/python
	@echo "Installing the tools of tests and lint into $(VENV) …"
	@$(PIP) -r requirements/dev.txt
	@$(PY) -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable ./testkit
	@touch $(VENV)/.app $@
else
$(VENV)/bin/python $(VENV)/.app $(VENV)/.dev:
	@echo "strata: $@ is not there. VENV names an environment that is taken as it is: make it with \`env -u VENV make bootstrap\`, or unset VENV." >&2; exit 1
endif
