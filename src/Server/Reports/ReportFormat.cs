using System.Text.Json.Serialization;

namespace Relay.Reports;

/// <summary>Reports as JSON, between nodes and for people.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NodeReport))]
[JsonSerializable(typeof(ClusterReport))]
[JsonSerializable(typeof(DashboardView))]
internal sealed partial class ReportFormat : JsonSerializerContext;
