using System.Diagnostics.CodeAnalysis;

namespace Relay.DocLocator;

/// <summary>
/// One start of one node, as it stands in a document's set of holders: <c>ip:port#incarnation</c>. Two starts at one
/// address are two identities, so that what the first one still removes never takes out the second.
/// </summary>
public sealed record NodeIdentity
{
    private NodeIdentity(string address, string incarnation)
    {
        Address = address;
        Incarnation = incarnation;
    }

    /// <summary>
    /// Where peers reach the node: <c>ip:port</c>, or any text without white space, control characters and <c>#</c>.
    /// </summary>
    public string Address { get; }

    /// <summary>Different at each start; the same alphabet.</summary>
    public string Incarnation { get; }

    /// <exception cref="ArgumentException">A part is empty or holds a character that would make the element
    /// ambiguous.</exception>
    public static NodeIdentity Create(string address, string incarnation) =>
        IsPart(address) && IsPart(incarnation)
            ? new NodeIdentity(address, incarnation)
            : throw new ArgumentException($"'{address}' and '{incarnation}' do not make the identity of a node.");

    /// <summary>
    /// Reads an element of a set of holders; false for anything that <see cref="ToString"/> did not write.
    /// </summary>
    public static bool TryParse(string element, [NotNullWhen(true)] out NodeIdentity? identity)
    {
        var hash = element.IndexOf('#');
        identity = hash > 0 && IsPart(element[..hash]) && IsPart(element[(hash + 1)..])
            ? new NodeIdentity(element[..hash], element[(hash + 1)..])
            : null;
        return identity is not null;
    }

    /// <summary>The element in a set of holders.</summary>
    public override string ToString() => $"{Address}#{Incarnation}";

    private static bool IsPart(string text) =>
        text.Length > 0 && !text.Any(c => c == '#' || char.IsWhiteSpace(c) || char.IsControl(c));
}
