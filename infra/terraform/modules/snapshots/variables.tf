variable "name" {
  description = "What the bucket's name begins with."
  type        = string
}

variable "keep_deleted_days" {
  description = "For how many days a snapshot that was pruned, damaged or deleted can be brought back."
  type        = number
}

variable "deletion_protection" {
  description = "Whether a bucket with documents cannot be destroyed."
  type        = bool
}
