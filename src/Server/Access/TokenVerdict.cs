using System.Diagnostics.CodeAnalysis;

namespace Relay.Access;

/// <summary>What became of a token.</summary>
/// <param name="Grant">What it allows; null when it is refused.</param>
/// <param name="Refusal">One sentence for its sender; null when it is accepted.</param>
/// <param name="IsTemporary">It could not be checked now (the keys cannot be fetched): the same token may be accepted
/// later.</param>
/// <param name="IsForged">Its signature was checked with keys of this node, and is wrong.</param>
/// <param name="IsHeldBack">It was not checked, because its address has sent too many forged ones.</param>
internal readonly record struct TokenVerdict(
    Grant? Grant, string? Refusal, bool IsTemporary = false, bool IsForged = false, bool IsHeldBack = false)
{
    [MemberNotNullWhen(true, nameof(Grant))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsAccepted => Grant is not null;
}
