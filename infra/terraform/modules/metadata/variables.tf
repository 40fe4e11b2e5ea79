variable "name" {
  description = "The instance's name."
  type        = string
}

variable "instance_class" {
  description = "The instance's class."
  type        = string
}

variable "storage_gib" {
  description = "Its storage at first; it grows by itself to five times that."
  type        = number
}

variable "multi_az" {
  description = "Whether another zone has a standby."
  type        = bool
}

variable "password_generation" {
  description = "Raise it for a new password; then have the nodes replaced."
  type        = number
}

variable "check_certificate" {
  description = "Whether nodes check the server's certificate and name; they need the authorities for that."
  type        = bool
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete it."
  type        = bool
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
