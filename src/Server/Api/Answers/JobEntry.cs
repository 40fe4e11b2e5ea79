using System.Text.Json.Serialization;
using Relay.Backplane;

namespace Relay.Api.Answers;

/// <summary>A document that is to be saved.</summary>
/// <param name="Document">Its name.</param>
/// <param name="State">How far the job is.</param>
/// <param name="Attempts">How often it was claimed as orphaned, or failed, since its last checkpoint.</param>
/// <param name="DueAt">When it is offered to a node again.</param>
/// <param name="Problem">Why the last attempt failed; null if it did not.</param>
internal sealed record JobEntry(
    string Document,
    [property: JsonConverter(typeof(CamelCaseEnumConverter<SaveJobState>))] SaveJobState State,
    int Attempts,
    DateTime DueAt,
    string? Problem);
