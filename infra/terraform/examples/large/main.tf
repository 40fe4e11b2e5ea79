# For ten thousand people at a time: everything in three zones, and an update is on a replica in another zone before
# anybody is shown it.

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
  description = "A certificate of ACM in that region for the name that clients use."
  type        = string
}

variable "issuer" {
  description = "What iss of a token must be; keys are read from the issuer's /.well-known/jwks.json."
  type        = string
}

variable "audience" {
  description = "What must be among aud of a token."
  type        = string
}

variable "origins" {
  description = "The origins of your pages."
  type        = list(string)
}

variable "image_tag" {
  description = "Which image is run."
  type        = string
}

variable "alarm_emails" {
  description = "Who gets mail when something is wrong."
  type        = list(string)
}

module "relay" {
  source          = "../.."
  name            = "relay"
  zones           = [for letter in ["a", "b", "c"] : "${var.region}${letter}"]
  nat             = "zone"
  certificate_arn = var.certificate_arn
  image_tag       = var.image_tag
  nodes           = { min = 6, max = 24, cpu = 1024, memory = 4096 }
  redis           = { kind = "replicated", node_type = "cache.r7g.large", replicas = 2, min_replicas = 1 }
  metadata        = { instance_class = "db.m7g.large", storage_gib = 100, multi_az = true }
  alarm_emails    = var.alarm_emails

  auth = {
    jwks_url        = "${trimsuffix(var.issuer, "/")}/.well-known/jwks.json"
    issuer          = var.issuer
    audience        = var.audience
    allowed_origins = var.origins
  }
}

output "balancer_dns_name" {
  value = module.relay.balancer_dns_name
}

output "repository_url" {
  value = module.relay.repository_url
}

output "cluster_name" {
  value = module.relay.cluster_name
}

output "service_name" {
  value = module.relay.service_name
}
