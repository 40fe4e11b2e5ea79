# What must hold of every deployment, against a provider that only pretends: nothing is made, and no account is needed.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }

  mock_data "aws_secretsmanager_random_password" {
    defaults = { random_password = "a-password-that-is-not-random-and-has-48-characters" }
  }

  mock_resource "aws_lb" {
    defaults = {
      arn        = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/relay/0123456789abcdef"
      arn_suffix = "app/relay/0123456789abcdef"
      dns_name   = "relay-1.eu-central-1.elb.amazonaws.com"
    }
  }

  mock_resource "aws_lb_target_group" {
    defaults = {
      arn        = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/relay/0123456789abcdef"
      arn_suffix = "targetgroup/relay/0123456789abcdef"
    }
  }

  mock_resource "aws_lb_listener" {
    defaults = {
      arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/relay/0123456789abcdef/0123456789ab"
    }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/relay" }
  }

  mock_resource "aws_ecs_task_definition" {
    defaults = { arn = "arn:aws:ecs:eu-central-1:123456789012:task-definition/relay:1" }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:123456789012:relay-alarms" }
  }

  mock_resource "aws_secretsmanager_secret" {
    defaults = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:relay" }
  }

  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::relay-snapshots-1" }
  }

  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/relay-locator" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/relay/relay" }
  }

  mock_resource "aws_db_instance" {
    defaults = { address = "relay.0123456789ab.eu-central-1.rds.amazonaws.com" }
  }

  mock_resource "aws_ecr_repository" {
    defaults = { repository_url = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/relay" }
  }
}

variables {
  zones           = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
  certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
}

run "a_node_is_given_all_that_it_needs_and_no_more" {
  variables {
    shutdown    = { drain_seconds = 60, save_seconds = 45 }
    redis       = { kind = "replicated", replicas = 2, min_replicas = 1 }
    settings    = { "Documents:SaveInterval" = "00:00:30" }
    environment = { OTEL_EXPORTER_OTLP_ENDPOINT = "http://collector:4317" }
  }

  assert {
    condition = { for pair in output.container.environment : pair.name => pair.value } == {
      ASPNETCORE_HTTP_PORTS           = "8080"
      DOTNET_EnableDiagnostics        = "0"
      Logging__Console__FormatterName = "json"
      OTEL_EXPORTER_OTLP_ENDPOINT     = "http://collector:4317"
      Relay__Auth__Mode               = "jwt"
      Relay__Documents__SaveInterval  = "00:00:30"
      Relay__DynamoDb__Region         = "eu-central-1"
      Relay__DynamoDb__Table          = "relay-locator"
      Relay__Internal__Port           = "5211"
      Relay__Network__TrustedProxies  = "10.20.0.0/24,10.20.1.0/24,10.20.2.0/24"
      Relay__Postgres__ConnectionString = join(";", [
        "Host=relay.0123456789ab.eu-central-1.rds.amazonaws.com", "Port=5432", "Database=relay", "Username=relay",
        "SSL Mode=Require",
      ])
      Relay__Redis__Configuration = module.backplane[0].configuration
      Relay__Redis__MinReplicas   = "1"
      Relay__Redis__Partitions    = "256"
      Relay__S3__Bucket           = output.bucket_name
      Relay__S3__Region           = "eu-central-1"
      Relay__Shutdown__DrainTime  = "00:01:00"
      Relay__Shutdown__SaveTime   = "00:00:45"
    }
    error_message = "A node is told something else: ${jsonencode(output.container.environment)}"
  }

  assert {
    condition = toset([for pair in output.container.secrets : pair.name]) == toset([
      "PGPASSWORD", "Relay__Auth__Jwt__Secret", "Relay__Internal__Secret", "Relay__Redis__Password",
    ])
    error_message = "These come from Secrets Manager: ${jsonencode(output.container.secrets)}"
  }

  assert {
    condition = (
      output.container.readonlyRootFilesystem && output.container.linuxParameters.capabilities.drop == ["ALL"]
    )
    error_message = "A node may do more than it needs."
  }

  assert {
    condition = alltrue([
      for statement in module.service.task_policy.Statement :
      !strcontains(jsonencode(statement.Action), "*") && statement.Resource != "*"
    ])
    error_message = "A node has rights that it does not need: ${jsonencode(module.service.task_policy)}"
  }

  # A node takes 10 s besides, and Fargate gives no more than two minutes.
  assert {
    condition     = output.container.stopTimeout >= 60 + 45 + 10 && output.container.stopTimeout <= 120
    error_message = "A node is killed before it has saved, or Fargate refuses ${output.container.stopTimeout} s."
  }
}

run "the_certificate_of_postgres_is_checked_where_its_authorities_are_given" {
  variables {
    metadata = { root_certificates = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" }
  }

  assert {
    condition = alltrue([
      for name, value in { for pair in output.container.environment : pair.name => pair.value } : (
        name == "Relay__Postgres__ConnectionString" ? endswith(value, ";SSL Mode=VerifyFull")
        : name != "Relay__Postgres__RootCertificates" || value == var.metadata.root_certificates
      )
    ]) && contains([for pair in output.container.environment : pair.name], "Relay__Postgres__RootCertificates")
    error_message = "Nodes take any server for Postgres: ${jsonencode(output.container.environment)}"
  }
}

run "authorities_are_no_path" {
  command = plan

  variables {
    metadata = { root_certificates = "eu-central-1-bundle.pem" }
  }

  expect_failures = [var.metadata]
}

run "what_is_somebody_elses_is_not_made" {
  variables {
    auth = {
      jwks_url        = "https://login.example/.well-known/jwks.json"
      issuer          = "https://login.example/"
      audience        = "relay"
      allowed_origins = ["https://app.example", "https://www.app.example"]
    }
    metadata = null
    redis = {
      kind                     = "external"
      configuration_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:theirs"
      password_secret_arn      = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:password"
      min_replicas             = 1
    }
  }

  assert {
    condition = output.token_secret_arn == null && toset([for pair in output.container.secrets : pair.name]) == toset([
      "Relay__Internal__Secret", "Relay__Redis__Configuration", "Relay__Redis__Password",
    ])
    error_message = join(" ", [
      "Two ways to check tokens stop a node's start, and nobody needs a password of no Postgres:",
      jsonencode(output.container.secrets),
    ])
  }

  assert {
    condition = length(module.backplane) == 0 && (
      { for pair in output.container.secrets : pair.name => pair.valueFrom }.Relay__Redis__Configuration
      == "arn:aws:secretsmanager:eu-central-1:123456789012:secret:theirs"
    )
    error_message = "Another Redis is used, or one is made that nobody uses."
  }

  assert {
    condition = (
      { for pair in output.container.environment : pair.name => pair.value }.Relay__Auth__AllowedOrigins
      == "https://app.example,https://www.app.example"
    )
    error_message = "The origins are not passed on."
  }

  assert {
    condition     = !strcontains(jsonencode(output.container), "Postgres")
    error_message = "Postgres is still in the task definition."
  }
}

run "what_nodes_or_aws_would_refuse_is_refused_before" {
  command = plan

  variables {
    auth     = { jwks_url = "https://login.example/.well-known/jwks.json", public_key = "-----BEGIN PUBLIC KEY-----" }
    redis    = { kind = "durable", min_replicas = 1 }
    shutdown = { drain_seconds = 90, save_seconds = 30 }
    zones    = ["eu-central-1a", "eu-central-1b"]
  }

  expect_failures = [var.auth, var.redis, var.shutdown, var.zones]
}

run "an_openid_provider_says_its_issuer_itself" {
  command = plan

  variables {
    auth = { authority = "https://login.example", issuer = "https://login.example/" }
  }

  expect_failures = [var.auth]
}

run "as_many_confirming_replicas_as_there_are_would_stand_still_with_the_first_that_goes" {
  command = plan

  variables {
    redis = { kind = "sharded", replicas = 1, min_replicas = 1 }
  }

  expect_failures = [var.redis]
}

run "a_redis_that_is_there_already_has_to_be_named" {
  command = plan

  variables {
    redis = { kind = "external" }
  }

  expect_failures = [var.redis]
}

run "partitions_are_a_power_of_two_and_enough_for_all_shards" {
  command = plan

  variables {
    redis = { kind = "sharded", shards = 320, partitions = 300 }
  }

  expect_failures = [var.redis]
}
