using Relay.DocLocator;

namespace Relay.Links;

/// <summary>Which of two nodes dials, and when, so that there is one link.</summary>
internal static class DialRule
{
    /// <summary>Whether this node is the one that dials: the one whose name comes first.</summary>
    public static bool IsDialer(NodeIdentity self, NodeIdentity peer) =>
        string.CompareOrdinal(self.ToString(), peer.ToString()) < 0;

    /// <summary>How long to wait before a try.</summary>
    /// <param name="options">The times.</param>
    /// <param name="isDialer">Whether this node is the one that dials.</param>
    /// <param name="failures">How many tries, or links that hardly lasted, came before.</param>
    /// <param name="chance">From 0 up to 1.</param>
    public static TimeSpan Pause(NodeLinkOptions options, bool isDialer, int failures, double chance)
    {
        if (failures == 0)
        {
            return isDialer ? TimeSpan.Zero : options.FallbackAfter * (0.75 + (chance / 2));
        }

        var full = options.FirstPause * Math.Pow(2, Math.Min(failures - 1, 20));
        var pause = (full < options.LongestPause ? full : options.LongestPause) * (0.5 + (chance / 2));
        return isDialer || pause > options.FallbackAfter ? pause : options.FallbackAfter * (0.75 + (chance / 2));
    }
}
