variable "name" {
  description = "What the names of all resources begin with."
  type        = string
  default     = "relay"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,18}[a-z0-9]$", var.name)) && !strcontains(var.name, "--")
    error_message = <<-EOT
      name must have 2 to 20 lower-case letters, digits and single hyphens, and begin with a letter: it becomes a
      part of names with such rules.
    EOT
  }
}

variable "zones" {
  description = "Three availability zones of the provider's region."
  type        = list(string)

  validation {
    condition     = length(distinct(var.zones)) == 3 && length(var.zones) == 3
    error_message = "zones must be three different ones."
  }
}

variable "cidr" {
  description = "The network's addresses, at most a /20."
  type        = string
  default     = "10.20.0.0/16"

  validation {
    condition     = can(cidrnetmask(var.cidr)) && try(tonumber(split("/", var.cidr)[1]) <= 20, false)
    error_message = "cidr must be an IPv4 network of /20 or larger: it is divided by 256."
  }
}

variable "nat" {
  description = <<-EOT
    single: one NAT gateway, and without its zone nodes reach no image registry, no secrets and no logs until it is
    back. zone: one in each zone.
  EOT
  type        = string
  default     = "zone"

  validation {
    condition     = contains(["single", "zone"], var.nat)
    error_message = "nat must be single or zone."
  }
}

variable "certificate_arn" {
  description = <<-EOT
    A certificate of ACM in this region for the name that clients use. Null: plain HTTP, for trying out only, since
    tokens are readable on the way.
  EOT
  type        = string
  default     = null
}

variable "allowed_cidrs" {
  description = "From where clients may come."
  type        = list(string)
  default     = ["0.0.0.0/0"]
}

variable "firewall" {
  description = <<-EOT
    AWS WAF in front of the load balancer: known bad addresses and inputs are refused, and an address that makes more
    requests than this with 429. Null: none.
  EOT
  type = object({
    requests_per_5_minutes = optional(number, 10000)
  })
  default = null

  validation {
    condition     = try(var.firewall.requests_per_5_minutes >= 100, true)
    error_message = "firewall.requests_per_5_minutes must be 100 or more: people behind one address count together."
  }
}

variable "image" {
  description = "The nodes' image. Null: image_tag in the registry that is made here."
  type        = string
  default     = null
}

variable "image_tag" {
  description = "Which image of the registry that is made here."
  type        = string
  default     = "1"
}

variable "architecture" {
  description = "As the image was built: ARM64 or X86_64."
  type        = string
  default     = "ARM64"

  validation {
    condition     = contains(["ARM64", "X86_64"], var.architecture)
    error_message = "architecture must be ARM64 or X86_64."
  }
}

variable "nodes" {
  description = "How many nodes there are at least and at most, and what each has: cpu in 1/1024 cores, memory in MiB."
  type = object({
    min    = optional(number, 2)
    max    = optional(number, 6)
    cpu    = optional(number, 1024)
    memory = optional(number, 2048)
  })
  default = {}

  validation {
    condition     = var.nodes.min >= 2 && var.nodes.max >= var.nodes.min
    error_message = "nodes.min must be 2 or more, so that one may go, and nodes.max not less."
  }
}

variable "scaling" {
  description = <<-EOT
    How busy nodes shall be, in percent of their processors, and how many connections each shall have: fewer than
    Limits:MaxConnections by enough for those of a node that died.
  EOT
  type = object({
    cpu_percent = optional(number, 50)
    connections = optional(number, 5000)
  })
  default = {}
}

variable "redis" {
  description = <<-EOT
    The log and the channels (docs/deploy.md says what each kind promises):
      replicated  ElastiCache, one primary with replicas that follow asynchronously; min_replicas of them must have an
                  update before it is shown
      sharded     ElastiCache in cluster mode, each shard a primary with replicas as above
      durable     MemoryDB: an update is in a log of several zones before it is acknowledged
      external    one that is there already; configuration_secret_arn names a secret with its Redis:Configuration, and
                  password_secret_arn one with its Redis:Password, if it is not in the former
    engine_version is Valkey's. partitions (Redis:Partitions) stays what it is at the first start; several times as many
    as shards there will ever be.
  EOT
  type = object({
    kind                     = optional(string, "replicated")
    node_type                = optional(string)
    engine_version           = optional(string)
    replicas                 = optional(number, 2)
    shards                   = optional(number, 2)
    min_replicas             = optional(number, 0)
    partitions               = optional(number, 256)
    configuration_secret_arn = optional(string)
    password_secret_arn      = optional(string)
  })
  default = {}

  validation {
    condition     = contains(["replicated", "sharded", "durable", "external"], var.redis.kind)
    error_message = "redis.kind must be replicated, sharded, durable or external."
  }

  validation {
    condition     = var.redis.min_replicas == 0 || var.redis.kind != "durable"
    error_message = "redis.min_replicas is not for durable: what MemoryDB acknowledged is in a log of several zones."
  }

  validation {
    condition = (
      !contains(["replicated", "sharded"], var.redis.kind) || var.redis.min_replicas == 0
      || var.redis.min_replicas < var.redis.replicas
    )
    error_message = "redis.min_replicas must be less than redis.replicas: else all stops while one replica is away."
  }

  validation {
    condition     = contains([for bits in range(15) : pow(2, bits)], var.redis.partitions)
    error_message = "redis.partitions must be a power of two up to 16384."
  }

  validation {
    condition     = var.redis.partitions >= var.redis.shards
    error_message = "redis.partitions must be at least redis.shards: a shard without a partition has nothing to do."
  }

  validation {
    condition     = (var.redis.kind == "external") == (var.redis.configuration_secret_arn != null)
    error_message = "redis.configuration_secret_arn is for redis.kind external, and needed there."
  }

  validation {
    condition     = var.redis.kind == "external" || var.redis.password_secret_arn == null
    error_message = "redis.password_secret_arn is for redis.kind external: the password of another one is made here."
  }
}

variable "metadata" {
  description = <<-EOT
    A Postgres for the metadata of documents. Null: none is kept.
    root_certificates is the PEM text of the authorities that sign for RDS in your region, which AWS publishes, as in
    file("eu-central-1-bundle.pem"): nodes then check the server's certificate and name. Without it connections are
    encrypted only.
  EOT
  type = object({
    instance_class      = optional(string, "db.t4g.micro")
    storage_gib         = optional(number, 20)
    multi_az            = optional(bool, false)
    password_generation = optional(number, 1)
    root_certificates   = optional(string)
  })
  default = {}

  validation {
    condition = (
      try(var.metadata.root_certificates, null) == null
      || can(regex("-----BEGIN CERTIFICATE-----", var.metadata.root_certificates))
    )
    error_message = "metadata.root_certificates must be PEM text with certificates, not a path: use file(...)."
  }

  # What ECS takes for a task definition, all in all.
  validation {
    condition     = try(length(var.metadata.root_certificates), 0) <= 32 * 1024
    error_message = "metadata.root_certificates must have at most 32 KiB: give the bundle of your region, not of all."
  }
}

variable "auth" {
  description = <<-EOT
    How tokens are checked: with published keys (jwks_url), those of an OpenID provider (authority, which says the
    issuer too), PEM text (public_key), or a secret that application and nodes share: secret_arn names one in
    Secrets Manager, and with none of the four one is made.
    issuer and audience are checked where they are set; allowed_origins are those of your pages.
  EOT
  type = object({
    jwks_url        = optional(string)
    authority       = optional(string)
    public_key      = optional(string)
    secret_arn      = optional(string)
    issuer          = optional(string)
    audience        = optional(string)
    allowed_origins = optional(list(string), [])
  })
  default = {}

  validation {
    condition = length([
      for key in [var.auth.jwks_url, var.auth.authority, var.auth.public_key, var.auth.secret_arn] : key if key != null
    ]) <= 1
    error_message = "auth must have at most one of jwks_url, authority, public_key and secret_arn."
  }

  validation {
    condition     = var.auth.authority == null || var.auth.issuer == null
    error_message = "auth must have no issuer with authority, which says it."
  }
}

variable "shutdown" {
  description = <<-EOT
    Over how many seconds a node that stops sends its clients away, and how many it has to save after that. Fargate
    kills it two minutes after it was told to stop.
  EOT
  type = object({
    drain_seconds = optional(number, 30)
    save_seconds  = optional(number, 30)
  })
  default = {}

  validation {
    condition = (
      var.shutdown.drain_seconds >= 1 && var.shutdown.save_seconds >= 1
      && var.shutdown.drain_seconds + var.shutdown.save_seconds <= 105
    )
    error_message = <<-EOT
      shutdown.drain_seconds and shutdown.save_seconds must be 1 or more, and 105 or less together: Fargate gives
      two minutes, and a node takes some seconds besides.
    EOT
  }
}

variable "settings" {
  description = <<-EOT
    More settings of the nodes, by names without Relay:, as in { "Documents:SaveInterval" = "00:00:30" }.
  EOT
  type        = map(string)
  default     = {}
}

variable "environment" {
  description = "More environment variables of the nodes, such as OTEL_EXPORTER_OTLP_ENDPOINT."
  type        = map(string)
  default     = {}
}

variable "keep_deleted_snapshots_days" {
  description = "For how many days a snapshot that was pruned or damaged can be brought back."
  type        = number
  default     = 30
}

variable "secrets_generation" {
  description = "Raise it for new secrets between nodes and for tokens; then have the nodes replaced."
  type        = number
  default     = 1
}

variable "log_retention_days" {
  description = "For how many days the nodes' logs stay."
  type        = number
  default     = 30
}

variable "alarm_emails" {
  description = "Who gets mail when something is wrong."
  type        = list(string)
  default     = []
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete what holds data."
  type        = bool
  default     = true
}
