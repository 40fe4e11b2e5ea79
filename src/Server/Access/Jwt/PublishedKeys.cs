namespace Relay.Access;

/// <summary>Keys as they were fetched. Immutable.</summary>
/// <param name="Document">What they were read from.</param>
/// <param name="Keys">The keys, at least one.</param>
internal sealed record PublishedKeys(KeyDocument Document, IReadOnlyList<VerificationKey> Keys)
{
    /// <summary>Whether a fetch brought the same again.</summary>
    public bool IsOf(KeyDocument other) =>
        other.Issuer == Document.Issuer && other.Keys.AsSpan().SequenceEqual(Document.Keys);
}
