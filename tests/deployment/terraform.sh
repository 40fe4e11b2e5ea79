#!/usr/bin/env bash
# Checks infra/terraform without an account: terraform.sh DIRECTORY. Format, validity, and its tests, which plan both
# examples, too, against a provider that only pretends.
#
# The provider comes from a folder tf-plugins below the root of the file system, or, with
# RELAY_TEST_TERRAFORM_REGISTRY=1, from where terraform finds it. DIRECTORY is for what terraform writes. Ends with code
# 3, after a word why, where terraform or the provider is not at hand.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../infra/terraform"
directory=$1
command -v terraform >/dev/null || { echo 'Skipped: terraform is not installed.'; exit 3; }

mkdir -p "$directory"
mirror=$(ls -d /*/tf-plugins 2>/dev/null | head -1 || true)
if [ -n "$mirror" ]; then
  printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$mirror" \
    >"$directory/terraform.rc"
  export TF_CLI_CONFIG_FILE=$directory/terraform.rc
elif [ "${RELAY_TEST_TERRAFORM_REGISTRY:-}" != 1 ]; then
  echo 'Skipped: no folder with the provider is at hand; RELAY_TEST_TERRAFORM_REGISTRY=1 lets terraform fetch it.'
  exit 3
fi

export TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1
terraform fmt -check -recursive -diff .

# Elsewhere, so that nothing is left beside the sources.
cp -r . "$directory/terraform"
cd "$directory/terraform"
terraform init -backend=false -input=false >/dev/null
terraform validate -no-color
terraform test -no-color
