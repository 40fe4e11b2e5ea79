namespace Relay.Api.Answers;

/// <summary>A client and what it says about itself.</summary>
/// <param name="ClientId">Yjs's number of the client.</param>
/// <param name="Clock">How often it has said something.</param>
/// <param name="State">Any JSON but null.</param>
internal sealed record PresentClient(ulong ClientId, ulong Clock, RawJson State);
