namespace Relay.Api.Answers;

/// <summary>Who is there.</summary>
/// <param name="Clients">None for a document that no node has open.</param>
internal sealed record PresentClients(IReadOnlyList<PresentClient> Clients);
