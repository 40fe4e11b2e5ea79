# The examples are whole: each can be planned as it stands.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }

  mock_data "aws_secretsmanager_random_password" {
    defaults = { random_password = "a-password-that-is-not-random-and-has-48-characters" }
  }
}

run "small" {
  command = plan

  module {
    source = "./examples/small"
  }
}

run "large" {
  command = plan

  module {
    source = "./examples/large"
  }

  variables {
    certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
    issuer          = "https://login.example/"
    audience        = "relay"
    origins         = ["https://app.example"]
    image_tag       = "1"
    alarm_emails    = ["operations@app.example"]
  }
}
