# A firewall in front of the load balancer, where one is asked for. It sees requests, and of a WebSocket only the first.

locals {
  # Their rules look at addresses, paths and headers. The common rule set is not among them: it refuses bodies of more
  # than 8 KiB, and takes some updates, which are bytes, for attacks.
  managed_rules = ["AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet"]
}

resource "aws_wafv2_web_acl" "this" {
  count       = var.firewall == null ? 0 : 1
  name        = var.name
  description = "Requests to ${var.name}"
  scope       = "REGIONAL"

  default_action {
    allow {}
  }

  # Every request counts, pages and health included, and all people behind one address are counted together.
  rule {
    name     = "rate"
    priority = 0

    action {
      block {
        custom_response {
          response_code = 429
        }
      }
    }

    statement {
      rate_based_statement {
        aggregate_key_type    = "IP"
        evaluation_window_sec = 300
        limit                 = var.firewall.requests_per_5_minutes
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "${var.name}-rate"
      sampled_requests_enabled   = false
    }
  }

  dynamic "rule" {
    for_each = { for index, name in local.managed_rules : name => index + 1 }

    content {
      name     = rule.key
      priority = rule.value

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.key
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "${var.name}-${rule.key}"
        sampled_requests_enabled   = false
      }
    }
  }

  # No samples: AWS would show addresses with tokens in them.
  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    sampled_requests_enabled   = false
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  count        = var.firewall == null ? 0 : 1
  resource_arn = aws_lb.this.arn
  web_acl_arn  = aws_wafv2_web_acl.this[0].arn
}
