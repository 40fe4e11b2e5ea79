using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using Relay.Api.Answers;
using Relay.Reports;

namespace Relay.Api;

/// <summary>How the API's answers are written as JSON, without reflection.</summary>
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(ClusterReport))]
[JsonSerializable(typeof(ConnectionList))]
[JsonSerializable(typeof(DocumentHistory))]
[JsonSerializable(typeof(DocumentList))]
[JsonSerializable(typeof(JobList))]
[JsonSerializable(typeof(KickAnswer))]
[JsonSerializable(typeof(PastNodes))]
[JsonSerializable(typeof(PresentClients))]
[JsonSerializable(typeof(RestoreAnswer))]
[JsonSerializable(typeof(SetAsideAnswer))]
[JsonSerializable(typeof(SnapshotList))]
[JsonSerializable(typeof(TotalHours))]
internal sealed partial class ApiFormat : JsonSerializerContext
{
    public static void Configure(Microsoft.AspNetCore.Http.Json.JsonOptions options)
    {
        options.SerializerOptions.TypeInfoResolverChain.Insert(0, Default);

        // Only answers are described, and they have numbers as numbers.
        options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
    }
}
