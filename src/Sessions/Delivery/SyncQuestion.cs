namespace Relay.Sessions;

/// <summary>What a connection lacks.</summary>
/// <param name="StateVector">What it has.</param>
/// <param name="IsExact">Whether it has exactly that, so that the answer may come in parts.</param>
/// <param name="IsAsked">Whether its client asked, and is told where the answer ends.</param>
internal readonly record struct SyncQuestion(ReadOnlyMemory<byte> StateVector, bool IsExact, bool IsAsked)
{
    public bool IsSameAs(in SyncQuestion other) =>
        IsExact == other.IsExact && IsAsked == other.IsAsked && StateVector.Span.SequenceEqual(other.StateVector.Span);
}
