namespace Relay.Reports;

/// <summary>Which nodes have ended, by comparing listings of those whose reports have not. Not thread-safe.</summary>
/// <param name="self">This node's incarnation.</param>
/// <param name="grace">
/// No node is taken for dead within this time of a listing that failed or does not name this node: after Redis was
/// away, the reports of nodes that live may be missing for as long.
/// </param>
internal sealed class LiveNodes(string self, TimeSpan grace)
{
    private readonly HashSet<string> ended = [];
    private HashSet<string> known = [];
    private DateTimeOffset trustedFrom;

    /// <summary>Compares with the listing before.</summary>
    /// <param name="listed">The nodes that are listed; null when the listing failed.</param>
    /// <param name="now">The time.</param>
    /// <returns>The nodes that have ended since, and those that seemed to have ended and have not.</returns>
    public (IReadOnlyList<string> Ended, IReadOnlyList<string> Returned) Compare(
        IReadOnlyCollection<string>? listed, DateTimeOffset now)
    {
        if (listed?.Contains(self) != true)
        {
            trustedFrom = now + grace;
            return ([], []);
        }

        string[] returned = [.. listed.Where(ended.Remove)];
        if (now < trustedFrom)
        {
            known.UnionWith(listed);
            return ([], returned);
        }

        string[] gone = [.. known.Except(listed)];
        ended.UnionWith(gone);
        known = [.. listed];
        return (gone, returned);
    }
}
