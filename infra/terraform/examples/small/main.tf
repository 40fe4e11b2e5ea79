# For a team, or for trying it out: the cheapest that survives the loss of a node. One NAT gateway, no replica that must
# answer, a small Postgres.
#
#   terraform init && terraform apply -target=module.relay.module.registry
#   (push an image: docs/deploy.md)
#   terraform apply

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { Project = "relay" }
  }
}

variable "region" {
  description = "The AWS region."
  type        = string
  default     = "eu-central-1"
}

variable "certificate_arn" {
  description = "A certificate of ACM in that region; null for plain HTTP, for trying out only."
  type        = string
  default     = null
}

variable "image_tag" {
  description = "Which image is run."
  type        = string
  default     = "1"
}

module "relay" {
  source          = "../.."
  name            = "relay-small"
  zones           = [for letter in ["a", "b", "c"] : "${var.region}${letter}"]
  nat             = "single"
  certificate_arn = var.certificate_arn
  image_tag       = var.image_tag
  nodes           = { min = 2, max = 4, cpu = 512, memory = 1024 }
  redis           = { kind = "replicated", node_type = "cache.t4g.micro", replicas = 1 }
  scaling         = { connections = 2000 }

  # So that it can be taken down again.
  deletion_protection = false
}

output "url" {
  value = module.relay.url
}

output "repository_url" {
  value = module.relay.repository_url
}

output "token_secret_arn" {
  value = module.relay.token_secret_arn
}

output "cluster_name" {
  value = module.relay.cluster_name
}

output "service_name" {
  value = module.relay.service_name
}
