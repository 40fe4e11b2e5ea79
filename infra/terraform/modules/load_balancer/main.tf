# Ends TLS and spreads connections. Its access log stays off: addresses of WebSockets may hold tokens.

resource "aws_security_group" "this" {
  name        = "${var.name}-balancer"
  description = "Load balancer of ${var.name}"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = {
    for pair in setproduct(local.has_tls ? [80, 443] : [80], var.allowed_cidrs) : "${pair[0]} ${pair[1]}" => pair
  }
  security_group_id = aws_security_group.this.id
  description       = "Clients"
  ip_protocol       = "tcp"
  from_port         = each.value[0]
  to_port           = each.value[0]
  cidr_ipv4         = each.value[1]
}

resource "aws_vpc_security_group_egress_rule" "this" {
  security_group_id            = aws_security_group.this.id
  description                  = "Nodes"
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
  referenced_security_group_id = var.nodes_security_group_id
}

resource "aws_vpc_security_group_ingress_rule" "nodes" {
  security_group_id            = var.nodes_security_group_id
  description                  = "Load balancer"
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
  referenced_security_group_id = aws_security_group.this.id
}

locals {
  has_tls = var.certificate_arn != null
}

resource "aws_lb" "this" {
  name                       = var.name
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.this.id]
  subnets                    = var.subnet_ids
  enable_deletion_protection = var.deletion_protection
  drop_invalid_header_fields = true

  # A node sends each client something every 15 s: four of those may be lost.
  idle_timeout = 75
}

resource "aws_lb_target_group" "this" {
  name        = var.name
  vpc_id      = var.vpc_id
  target_type = "ip"
  protocol    = "HTTP"
  port        = var.port

  # Connections live for hours. Turn by turn, nodes that were there first would keep them all.
  load_balancing_algorithm_type = "least_outstanding_requests"

  # A node that stops sends its clients away itself. Before it has, they must not be cut off all at once.
  deregistration_delay = var.deregistration_delay

  stickiness {
    type    = "lb_cookie"
    enabled = false
  }

  # Whether it wants clients: a node that stops says no at once.
  health_check {
    path                = "/health/ready"
    matcher             = "200"
    interval            = 5
    timeout             = 4
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  protocol          = "HTTP"
  port              = 80

  default_action {
    type             = local.has_tls ? "redirect" : "forward"
    target_group_arn = local.has_tls ? null : aws_lb_target_group.this.arn

    dynamic "redirect" {
      for_each = local.has_tls ? ["HTTPS"] : []

      content {
        protocol    = redirect.value
        port        = "443"
        status_code = "HTTP_301"
      }
    }
  }
}

resource "aws_lb_listener" "https" {
  count             = local.has_tls ? 1 : 0
  load_balancer_arn = aws_lb.this.arn
  protocol          = "HTTPS"
  port              = 443
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
}

# Nodes answer these to everybody who reaches them, and how much goes on is nobody's business.
resource "aws_lb_listener_rule" "metrics" {
  listener_arn = local.has_tls ? aws_lb_listener.https[0].arn : aws_lb_listener.http.arn
  priority     = 1

  action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
    }
  }

  condition {
    path_pattern {
      values = ["/metrics"]
    }
  }
}
