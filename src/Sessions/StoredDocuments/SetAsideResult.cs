namespace Relay.Sessions;

/// <summary>What came of setting a snapshot aside.</summary>
/// <param name="Outcome">Whether it is set aside.</param>
/// <param name="Place">Where it lies now, for people.</param>
/// <param name="Loss">What is lost, or would be, in one sentence; null if no content is.</param>
/// <param name="Opens">Whether the document can be opened without it.</param>
internal sealed record SetAsideResult(SetAsideOutcome Outcome, string? Place = null, string? Loss = null,
    bool Opens = false);
