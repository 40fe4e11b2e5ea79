data "aws_region" "current" {}

locals {
  port          = 8080
  internal_port = 5211
  is_external   = var.redis.kind == "external"
  has_metadata  = var.metadata != null
  token_secret  = var.auth.secret_arn != null ? var.auth.secret_arn : module.secrets.token_secret_arn
  has_secret    = var.auth.jwks_url == null && var.auth.authority == null && var.auth.public_key == null
  origins       = join(",", var.auth.allowed_origins)

  drain_time        = format("00:%02d:%02d", floor(var.shutdown.drain_seconds / 60), var.shutdown.drain_seconds % 60)
  save_time         = format("00:%02d:%02d", floor(var.shutdown.save_seconds / 60), var.shutdown.save_seconds % 60)
  default_node_type = var.redis.kind == "durable" ? "db.t4g.small" : "cache.t4g.small"

  environment = merge(
    {
      ASPNETCORE_HTTP_PORTS             = tostring(local.port)
      DOTNET_EnableDiagnostics          = "0"
      Logging__Console__FormatterName   = "json"
      Relay__Auth__Mode                 = "jwt"
      Relay__DynamoDb__Region           = data.aws_region.current.name
      Relay__DynamoDb__Table            = module.locator.table_name
      Relay__Internal__Port             = tostring(local.internal_port)
      Relay__Network__TrustedProxies    = join(",", module.network.public_cidrs)
      Relay__Redis__Configuration       = local.is_external ? null : module.backplane[0].configuration
      Relay__Redis__MinReplicas         = tostring(var.redis.min_replicas)
      Relay__Redis__Partitions          = tostring(var.redis.partitions)
      Relay__Redis__User                = local.is_external ? null : module.backplane[0].user
      Relay__S3__Bucket                 = module.snapshots.bucket_name
      Relay__S3__Region                 = data.aws_region.current.name
      Relay__Shutdown__DrainTime        = local.drain_time
      Relay__Shutdown__SaveTime         = local.save_time
      Relay__Auth__Jwt__JwksUrl         = var.auth.jwks_url
      Relay__Auth__Jwt__Authority       = var.auth.authority
      Relay__Auth__Jwt__PublicKey       = var.auth.public_key
      Relay__Auth__Jwt__Issuer          = var.auth.issuer
      Relay__Auth__Jwt__Audience        = var.auth.audience
      Relay__Auth__AllowedOrigins       = local.origins == "" ? null : local.origins
      Relay__Postgres__ConnectionString = local.has_metadata ? module.metadata[0].connection_string : null
      Relay__Postgres__RootCertificates = local.has_metadata ? var.metadata.root_certificates : null
    },
    { for name, value in var.settings : "Relay__${replace(name, ":", "__")}" => value },
    var.environment,
  )

  # Whether one is there is known beforehand, what it is only when it was made.
  secrets = merge(
    { Relay__Internal__Secret = module.secrets.internal_secret_arn },
    local.is_external ? { Relay__Redis__Configuration = var.redis.configuration_secret_arn } : {},
    local.is_external ? {} : { Relay__Redis__Password = module.backplane[0].password_secret_arn },
    var.redis.password_secret_arn == null ? {} : { Relay__Redis__Password = var.redis.password_secret_arn },
    local.has_metadata ? { PGPASSWORD = module.metadata[0].password_secret_arn } : {},
    local.has_secret ? { Relay__Auth__Jwt__Secret = local.token_secret } : {},
  )
}

module "network" {
  source        = "./modules/network"
  name          = var.name
  cidr          = var.cidr
  zones         = var.zones
  nat           = var.nat
  internal_port = local.internal_port
}

module "registry" {
  source              = "./modules/registry"
  name                = var.name
  keep_images         = 30
  deletion_protection = var.deletion_protection
}

module "secrets" {
  source            = "./modules/secrets"
  name              = var.name
  make_token_secret = local.has_secret && var.auth.secret_arn == null
  generation        = var.secrets_generation
}

module "locator" {
  source              = "./modules/locator"
  name                = "${var.name}-locator"
  deletion_protection = var.deletion_protection
}

module "snapshots" {
  source              = "./modules/snapshots"
  name                = "${var.name}-snapshots"
  keep_deleted_days   = var.keep_deleted_snapshots_days
  deletion_protection = var.deletion_protection
}

module "backplane" {
  source                  = "./modules/backplane"
  count                   = var.redis.kind == "external" ? 0 : 1
  name                    = var.name
  kind                    = var.redis.kind
  node_type               = coalesce(var.redis.node_type, local.default_node_type)
  engine_version          = var.redis.engine_version
  replicas                = var.redis.replicas
  shards                  = var.redis.shards
  vpc_id                  = module.network.vpc_id
  subnet_ids              = module.network.private_subnet_ids
  nodes_security_group_id = module.network.nodes_security_group_id
}

module "metadata" {
  source                  = "./modules/metadata"
  count                   = local.has_metadata ? 1 : 0
  name                    = var.name
  instance_class          = var.metadata.instance_class
  storage_gib             = var.metadata.storage_gib
  multi_az                = var.metadata.multi_az
  password_generation     = var.metadata.password_generation
  check_certificate       = var.metadata.root_certificates != null
  deletion_protection     = var.deletion_protection
  vpc_id                  = module.network.vpc_id
  subnet_ids              = module.network.private_subnet_ids
  nodes_security_group_id = module.network.nodes_security_group_id
}

module "load_balancer" {
  source                  = "./modules/load_balancer"
  name                    = var.name
  vpc_id                  = module.network.vpc_id
  subnet_ids              = module.network.public_subnet_ids
  nodes_security_group_id = module.network.nodes_security_group_id
  port                    = local.port
  certificate_arn         = var.certificate_arn
  allowed_cidrs           = var.allowed_cidrs
  firewall                = var.firewall
  deletion_protection     = var.deletion_protection

  # Longer than a node takes to send its clients away.
  deregistration_delay = var.shutdown.drain_seconds + 10
}

module "service" {
  source                   = "./modules/service"
  name                     = var.name
  region                   = data.aws_region.current.name
  image                    = coalesce(var.image, "${module.registry.repository_url}:${var.image_tag}")
  architecture             = var.architecture
  cpu                      = var.nodes.cpu
  memory                   = var.nodes.memory
  min_nodes                = var.nodes.min
  max_nodes                = var.nodes.max
  target_cpu_percent       = var.scaling.cpu_percent
  target_connections       = var.scaling.connections
  environment              = { for name, value in local.environment : name => value if value != null }
  secrets                  = local.secrets
  port                     = local.port
  internal_port            = local.internal_port
  subnet_ids               = module.network.private_subnet_ids
  nodes_security_group_id  = module.network.nodes_security_group_id
  target_group_arn         = module.load_balancer.target_group_arn
  load_balancer_arn_suffix = module.load_balancer.arn_suffix
  table_arn                = module.locator.table_arn
  bucket_arn               = module.snapshots.bucket_arn
  log_retention_days       = var.log_retention_days

  # A node needs 10 s besides, for connections that are slow to end.
  stop_timeout = var.shutdown.drain_seconds + var.shutdown.save_seconds + 15
}

module "alarms" {
  source                   = "./modules/alarms"
  name                     = var.name
  emails                   = var.alarm_emails
  cluster_name             = module.service.cluster_name
  service_name             = module.service.service_name
  log_group_name           = module.service.log_group_name
  load_balancer_arn_suffix = module.load_balancer.arn_suffix
  target_group_arn_suffix  = module.load_balancer.target_group_arn_suffix
  table_name               = module.locator.table_name
  redis                    = var.redis.kind == "external" ? null : module.backplane[0].watched
  database_identifier      = local.has_metadata ? module.metadata[0].instance_identifier : null
}
