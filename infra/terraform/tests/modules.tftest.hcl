# What must hold of single modules.

mock_provider "aws" {
  mock_data "aws_secretsmanager_random_password" {
    defaults = { random_password = "a-password-that-is-not-random-and-has-48-characters" }
  }

  mock_resource "aws_wafv2_web_acl" {
    defaults = {
      arn = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/relay/01234567-89ab-cdef-0123-456789abcdef"
    }
  }

  mock_resource "aws_lb" {
    defaults = {
      arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/relay/0123456789abcdef"
    }
  }

  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/relay/0123456789abcdef" }
  }

  mock_resource "aws_lb_listener" {
    defaults = {
      arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/relay/0123456789abcdef/0123456789ab"
    }
  }

  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::relay-snapshots-1" }
  }
}

variables {
  name                    = "relay"
  vpc_id                  = "vpc-1"
  subnet_ids              = ["subnet-1", "subnet-2", "subnet-3"]
  nodes_security_group_id = "sg-1"
  deletion_protection     = true
}

run "redis_with_replicas_refuses_instead_of_forgetting" {
  module {
    source = "./modules/backplane"
  }

  variables {
    kind           = "replicated"
    node_type      = "cache.t4g.small"
    engine_version = null
    replicas       = 2
    shards         = 2
  }

  assert {
    condition = (
      toset(aws_elasticache_parameter_group.this[0].parameter)
      == toset([{ name = "maxmemory-policy", value = "noeviction" }])
    )
    error_message = "It may evict, or is a cluster."
  }

  assert {
    condition = (
      aws_elasticache_replication_group.this[0].num_cache_clusters == 3
      && aws_elasticache_replication_group.this[0].multi_az_enabled
      && aws_elasticache_replication_group.this[0].automatic_failover_enabled
      && aws_elasticache_replication_group.this[0].transit_encryption_enabled
    )
    error_message = "It does not fail over, or not over TLS."
  }

  assert {
    condition     = tolist(keys(output.watched.dimensions)) == tolist(["relay-001", "relay-002", "relay-003"])
    error_message = "Not all of its servers are watched: ${jsonencode(output.watched)}"
  }
}

# As after an apply that ended between the two.
run "nodes_are_told_the_password_that_redis_was_made_with" {
  module {
    source = "./modules/backplane"
  }

  variables {
    kind           = "replicated"
    node_type      = "cache.t4g.small"
    engine_version = null
    replicas       = 2
    shards         = 2
  }

  override_data {
    target = data.aws_secretsmanager_random_password.this
    values = { random_password = "another-password-that-is-not-random-either-but-later" }
  }

  assert {
    condition     = nonsensitive(local.password) == "a-password-that-is-not-random-and-has-48-characters"
    error_message = "Nodes would be refused by Redis."
  }

  assert {
    condition     = output.user == null && !strcontains(output.configuration, "password")
    error_message = "The password is no secret: ${output.configuration}"
  }
}

run "redis_with_shards_is_a_cluster" {
  module {
    source = "./modules/backplane"
  }

  variables {
    kind           = "sharded"
    node_type      = "cache.r7g.large"
    engine_version = "8.0"
    replicas       = 1
    shards         = 3
  }

  assert {
    condition = contains(
      [for parameter in aws_elasticache_parameter_group.this[0].parameter : "${parameter.name}=${parameter.value}"],
      "cluster-enabled=yes"
    )
    error_message = "It is no cluster."
  }

  assert {
    condition = (
      aws_elasticache_replication_group.this[0].num_node_groups == 3
      && aws_elasticache_replication_group.this[0].replicas_per_node_group == 1
    )
    error_message = "It has other shards than asked for."
  }

  assert {
    condition = (
      length(output.watched.dimensions) == 6 && contains(keys(output.watched.dimensions), "relay-0003-002")
    )
    error_message = "Not all of its servers are watched: ${jsonencode(output.watched)}"
  }
}

run "durable_redis_is_memorydb_over_tls_with_a_user_of_its_own" {
  module {
    source = "./modules/backplane"
  }

  variables {
    kind           = "durable"
    node_type      = "db.t4g.small"
    engine_version = null
    replicas       = 1
    shards         = 2
  }

  override_resource {
    target = aws_memorydb_cluster.this
    values = { cluster_endpoint = [{ address = "clustercfg.relay.memorydb.eu-central-1.amazonaws.com", port = 6379 }] }
  }

  assert {
    condition = (
      length(aws_elasticache_replication_group.this) == 0 && aws_memorydb_cluster.this[0].tls_enabled
      && output.user == "relay"
    )
    error_message = "It is something else."
  }
}

run "nodes_are_told_the_password_that_durable_redis_was_made_with" {
  module {
    source = "./modules/backplane"
  }

  variables {
    kind           = "durable"
    node_type      = "db.t4g.small"
    engine_version = null
    replicas       = 1
    shards         = 2
  }

  override_data {
    target = data.aws_secretsmanager_random_password.this
    values = { random_password = "another-password-that-is-not-random-either-but-later" }
  }

  assert {
    condition     = nonsensitive(local.password) == "a-password-that-is-not-random-and-has-48-characters"
    error_message = "Nodes would be refused by Redis."
  }

  assert {
    condition     = output.user == "relay" && !strcontains(output.configuration, "password")
    error_message = "Nodes are told of another user, or the password is no secret: ${output.configuration}"
  }
}

run "postgres_is_made_with_the_password_that_nodes_are_told" {
  module {
    source = "./modules/metadata"
  }

  variables {
    instance_class      = "db.t4g.micro"
    storage_gib         = 20
    multi_az            = false
    password_generation = 1
    check_certificate   = false
  }

  override_data {
    target = data.aws_secretsmanager_secret_version.this
    values = { secret_string = "the-password-of-an-apply-that-did-not-get-further" }
  }

  assert {
    condition     = nonsensitive(local.password) == "the-password-of-an-apply-that-did-not-get-further"
    error_message = "Nodes would be refused by Postgres."
  }
}

run "what_may_be_taken_down_again_has_no_registry_that_stays" {
  module {
    source = "./modules/registry"
  }

  variables {
    keep_images         = 30
    deletion_protection = false
  }

  assert {
    condition     = aws_ecr_repository.this.force_delete
    error_message = "A registry with images cannot be destroyed."
  }
}

run "without_being_asked_for_there_is_no_firewall" {
  module {
    source = "./modules/load_balancer"
  }

  variables {
    port                 = 8080
    certificate_arn      = null
    allowed_cidrs        = ["0.0.0.0/0"]
    deregistration_delay = 40
  }

  assert {
    condition     = length(aws_wafv2_web_acl.this) == 0 && length(aws_wafv2_web_acl_association.this) == 0
    error_message = "It costs something for each rule and each request."
  }
}

run "a_firewall_is_in_front_of_the_load_balancer_and_leaves_bodies_alone" {
  module {
    source = "./modules/load_balancer"
  }

  variables {
    port                 = 8080
    certificate_arn      = null
    allowed_cidrs        = ["0.0.0.0/0"]
    deregistration_delay = 40
    firewall             = { requests_per_5_minutes = 500 }
  }

  assert {
    condition = (
      aws_wafv2_web_acl_association.this[0].resource_arn == aws_lb.this.arn
      && aws_wafv2_web_acl_association.this[0].web_acl_arn == aws_wafv2_web_acl.this[0].arn
    )
    error_message = "It is in front of something else."
  }

  assert {
    condition = one(flatten([
      for rule in aws_wafv2_web_acl.this[0].rule : [for s in rule.statement[0].rate_based_statement : s.limit]
    ])) == 500
    error_message = "One address may make any number of requests."
  }

  assert {
    condition     = !strcontains(jsonencode(aws_wafv2_web_acl.this[0].rule), "CommonRuleSet")
    error_message = "Updates of more than 8 KiB would be refused."
  }

  assert {
    condition = alltrue([
      for config in concat(
        aws_wafv2_web_acl.this[0].visibility_config,
        flatten([for rule in aws_wafv2_web_acl.this[0].rule : rule.visibility_config])
      ) : !config.sampled_requests_enabled
    ])
    error_message = "Samples show tokens in addresses."
  }
}

run "the_load_balancer_does_not_stick_and_lets_nodes_send_their_clients_away" {
  module {
    source = "./modules/load_balancer"
  }

  variables {
    port                 = 8080
    certificate_arn      = "arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
    allowed_cidrs        = ["0.0.0.0/0"]
    deregistration_delay = 40
  }

  assert {
    condition = (
      aws_lb_target_group.this.load_balancing_algorithm_type == "least_outstanding_requests"
      && !aws_lb_target_group.this.stickiness[0].enabled
    )
    error_message = "Connections would gather at the oldest nodes."
  }

  # Nodes say something every 15 s.
  assert {
    condition     = aws_lb.this.idle_timeout > 2 * 15
    error_message = "Quiet connections would be cut."
  }

  assert {
    condition     = aws_lb_target_group.this.health_check[0].path == "/health/ready"
    error_message = "A node that stops would go on getting clients."
  }

  assert {
    condition = (
      aws_lb_listener.http.default_action[0].type == "redirect"
      && one(aws_lb_listener.https[*].certificate_arn) == var.certificate_arn
    )
    error_message = "Clients may come without TLS."
  }
}

run "documents_are_kept" {
  module {
    source = "./modules/snapshots"
  }

  variables {
    keep_deleted_days = 30
  }

  assert {
    condition = (
      aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
      && !aws_s3_bucket.this.force_destroy
    )
    error_message = "A damaged or deleted snapshot could not be brought back."
  }

  # The newest object of a deleted document keeps the older ones from being read.
  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_lifecycle_configuration.this.rule :
      alltrue([for expiration in rule.expiration : coalesce(expiration.days, 0) == 0])
    ])
    error_message = "A rule expires what is current."
  }

  assert {
    condition = (
      aws_s3_bucket_public_access_block.this.block_public_acls
      && aws_s3_bucket_public_access_block.this.block_public_policy
      && aws_s3_bucket_public_access_block.this.ignore_public_acls
      && aws_s3_bucket_public_access_block.this.restrict_public_buckets
    )
    error_message = "The bucket could be opened to the public."
  }
}

run "the_table_is_the_locators" {
  module {
    source = "./modules/locator"
  }

  assert {
    condition = (
      aws_dynamodb_table.this.hash_key == "id" && aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST"
    )
    error_message = "Nodes refuse a table with another key."
  }

  assert {
    condition = (
      aws_dynamodb_table.this.ttl[0].attribute_name == "ttl"
      && aws_dynamodb_table.this.point_in_time_recovery[0].enabled
    )
    error_message = "What dead nodes leave would stay, or the table could not be brought back."
  }
}
