variable "name" {
  description = "Its name."
  type        = string
}

variable "kind" {
  description = "replicated, sharded or durable."
  type        = string
}

variable "node_type" {
  description = "The instances' type."
  type        = string
}

variable "engine_version" {
  description = "Valkey's version; null for the one that this module was written for."
  type        = string
}

variable "replicas" {
  description = "Replicas, of each shard where there are shards."
  type        = number
}

variable "shards" {
  description = "Shards, unless replicated."
  type        = number
}

variable "vpc_id" {
  description = "The network."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets."
  type        = list(string)
}

variable "nodes_security_group_id" {
  description = "Who may connect."
  type        = string
}
