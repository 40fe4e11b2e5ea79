variable "name" {
  description = "What the secrets' names begin with."
  type        = string
}

variable "make_token_secret" {
  description = "Whether a secret for tokens is made."
  type        = bool
}

variable "generation" {
  description = "Raise it to write new secrets."
  type        = number
}
