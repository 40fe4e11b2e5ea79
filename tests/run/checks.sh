# Checks that are no tests of their own; read by test.sh.

tools() {
  local missing=0
  dotnet --version >/dev/null 2>&1 || { echo "The .NET SDK that global.json asks for is not installed."; missing=1; }
  node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' 2>/dev/null \
    || { echo "Node 20 or newer is not installed."; missing=1; }
  npm --version >/dev/null 2>&1 || { echo "npm is not installed."; missing=1; }
  return $missing
}

# What is committed must not depend on one machine: no host of a package registry, no path of a developer's or a build
# machine.
hygiene() {
  git rev-parse --git-dir >/dev/null 2>&1 || { echo "Not a git checkout: nothing to look at."; return 0; }
  local bad=0 hosts paths
  hosts=$({ npm config get registry; dotnet nuget list source --format Short; } 2>/dev/null \
    | grep -oE 'https?://[^/ ]+' | sed -E 's#https?://##; s#\.#\\.#g' | sort -u | paste -sd '|' -)
  if git grep -nIE "${hosts:-no-registry-is-set}" -- . | cut -c1-160; then
    echo "These lines name a package registry."
    bad=1
  fi
  if git grep -nI '"resolved": "http' -- '*package-lock.json' | head -3 | cut -c1-160 | grep .; then
    echo "These lock files name a package registry; .npmrc needs omit-lockfile-registry-resolved=true."
    bad=1
  fi
  paths="(^|[^A-Za-z0-9_.~-])/(home|Users|work|workspace|builds|mnt)/[A-Za-z0-9]"
  if git grep -nIE "$paths" -- . ':!tests/run/checks.sh' | cut -c1-160; then
    echo "These lines name a path of one machine."
    bad=1
  fi
  return $bad
}

# Lines end at 120 columns (.editorconfig). Exempt are tables in Markdown, generated files, migrations, which never
# change, Grafana's dashboards, whose queries are one string each, and a line that is longer only because of the address
# at its end.
columns() {
  git rev-parse --git-dir >/dev/null 2>&1 || { echo "Not a git checkout: nothing to look at."; return 0; }
  local kinds=('*.cs' '*.md' '*.mjs' '*.js' '*.ts' '*.sh' '.ci/run' '*.tf' '*.hcl' '*.yml' '*.csproj' '*.props')
  kinds+=('*.targets' '*.sql' '*Dockerfile' '*.lua' '*.css' '*.html' '*.json' ':!src/Relay/wwwroot')
  kinds+=(':!*.terraform.lock.hcl' ':!*/Migrations/*.sql' ':!*lock.json' ':!infra/grafana')
  local long
  # Characters count, not bytes, in every locale: in UTF-8 the bytes of a character after its first are 80 to BF.
  long=$(LC_ALL=C git grep -nIE '^.{121}' -- "${kinds[@]}" | LC_ALL=C awk '
    {
      match($0, /^[^:]*:[0-9]+:/)
      place = substr($0, 1, RLENGTH)
      line = substr($0, RLENGTH + 1)
      if (place ~ /\.md:/ && line ~ /^ *\|/) next
      text = line
      gsub(/[\200-\277]/, "", text)
      sub(/https?:\/\/[^ ]+$/, "", text)
      if (length(text) > 120) print place " " substr(line, 1, 100)
    }')
  [ -z "$long" ] && return
  printf '%s\n' "$long" "These lines are longer than 120 columns."
  return 1
}

# A source file has at most 300 lines: one that grows beyond that has become more than one thing.
lengths() {
  git rev-parse --git-dir >/dev/null 2>&1 || { echo "Not a git checkout: nothing to look at."; return 0; }
  local exempt=(':!src/Relay/wwwroot' ':!*/node_modules/*')
  local long
  long=$(git grep -c '' -- '*.cs' '*.mjs' '*.js' '*.ts' '*.sh' '.ci/run' "${exempt[@]}" \
    | awk -F : '$NF > 300 { print $1 ": " $NF " lines" }')
  [ -z "$long" ] && return
  printf '%s\n' "$long" "These files are longer than 300 lines."
  return 1
}

node_packages() {
  local folder=$1
  [ -f "$folder/package-lock.json" ] || return 0
  local installed="$folder/node_modules/.package-lock.json"
  if [ ! -f "$installed" ] || [ "$folder/package-lock.json" -nt "$installed" ]; then
    (cd "$folder" && npm ci --no-fund --no-audit --loglevel=error) || { echo "npm ci failed in $folder."; return 1; }
  fi
}

packages() {
  local folder result=0
  for folder in tests/clients tests/clients/browser/editors tests/servers tests/deployment web \
    tests/Yjs.Tests/oracle; do
    node_packages "$folder" || result=1
  done
  return $result
}

build() { dotnet build Relay.sln -c Release -v quiet -nodeReuse:false; }

# Elsewhere than the others a missing provider is no failure in CI: it cannot be installed everywhere.
terraform_checks() {
  local begin=$SECONDS status=0
  printf '\n== terraform\n'
  tests/deployment/terraform.sh "$temporary/terraform" || status=$?
  case $status in
    0) record 'terraform' 1 0 0 $((SECONDS - begin)) ;;
    3) record 'terraform' 0 0 1 0 ;;
    *)
      record 'terraform' 0 1 0 $((SECONDS - begin))
      echo terraform >>"$failures"
      ;;
  esac
}
