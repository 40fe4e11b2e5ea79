namespace Relay.Simulation;

/// <summary>
/// The messages that one connection has brought: each at most once, and those that were said on one connection in their
/// order. The upper half of a message's number is that of the connection on which it was said.
/// </summary>
internal sealed class MessagesHeard
{
    private readonly HashSet<ulong> all = [];
    private readonly Dictionary<ulong, ulong> last = [];

    public bool Has(ulong message) => all.Contains(message);

    /// <summary>Why a message must not come now; null if it may.</summary>
    public string? WhyNot(ulong message)
    {
        if (!all.Add(message))
        {
            return "twice";
        }

        var (connection, number) = (message >> 32, message & uint.MaxValue);
        var isLate = last.TryGetValue(connection, out var before) && before > number;
        last[connection] = number;
        return isLate ? "after a later one" : null;
    }
}
