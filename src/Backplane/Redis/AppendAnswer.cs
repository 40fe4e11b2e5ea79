namespace Relay.Backplane;

/// <summary>What Redis answered to one append of a call.</summary>
/// <param name="Result">The result; default if it failed.</param>
/// <param name="Count">The partition's count at that append; 0 if it is not known.</param>
/// <param name="Problem">Why it failed; null if it did not.</param>
internal readonly record struct AppendAnswer(AppendResult Result, long Count, string? Problem)
{
    /// <summary>Whether the entry is in the log.</summary>
    public bool IsStored => Problem is null && Result.Outcome != AppendOutcome.OtherEpoch;
}
