using Relay.Access;
using Relay.Sessions;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// A right that ends: the client is asked for a new token in time, and leaves the document when there is none.
/// </summary>
internal sealed partial class HocuspocusChannel
{
    /// <summary>What is said when a token ends.</summary>
    public const string TokenEnded = "The token has ended.";

    /// <summary>
    /// How long before the end of a token a new one is asked for; of a token that lasts less than twice this, half of
    /// its time.
    /// </summary>
    private static readonly TimeSpan Lead = TimeSpan.FromMinutes(1);

    /// <summary>Within so little time it is not asked for again.</summary>
    private static readonly TimeSpan LastMoment = TimeSpan.FromSeconds(10);

    /// <summary>Timers of the runtime reach no further than some weeks.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private ITimer? tokenTimer;
    private TimeSpan lead;

    /// <summary>Asks the client for a new token.</summary>
    public void AskForToken() => socket.Say(format.TokenRequest());

    /// <summary>
    /// Takes a new token's grant: rights that are less hold at once, for what comes from now on. More than before takes
    /// a new start: the client was told what it may do when it opened the document.
    /// </summary>
    /// <returns>Nothing, or why the document is closed.</returns>
    public string? Renew(Grant renewed)
    {
        var level = renewed.To(Document);
        if (level == AccessLevel.None)
        {
            return HocuspocusAddress.DefaultReason;
        }

        if (renewed.UserId != grant.UserId)
        {
            return "The token is another user's.";
        }

        lock (gate)
        {
            grant = renewed;
        }

        if (level < Access)
        {
            Access = level;
            attachment!.ChangeAccess(level);
            socket.Say(format.Opened(mayWrite: false));
        }

        WatchToken();
        return null;
    }

    private void WatchToken()
    {
        lock (gate)
        {
            if (hasEnded || grant.Expires == DateTimeOffset.MaxValue)
            {
                tokenTimer?.Dispose();
                tokenTimer = null;
                return;
            }

            var left = grant.Expires - time.GetUtcNow();
            lead = left < 2 * Lead ? left / 2 : Lead;
            tokenTimer ??= time.CreateTimer(_ => OnTokenDue(), null, Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan);
            SetTimer(left - lead);
        }
    }

    private void OnTokenDue()
    {
        TimeSpan left;
        lock (gate)
        {
            if (hasEnded || tokenTimer is null)
            {
                return;
            }

            left = grant.Expires - time.GetUtcNow();
            if (left > TimeSpan.Zero)
            {
                SetTimer(left > lead ? left - lead : left > LastMoment ? left / 2 : left);
            }
        }

        if (left <= TimeSpan.Zero)
        {
            socket.Close(this, TokenEnded);
        }
        else if (left <= lead)
        {
            AskForToken();
        }
    }

    private void SetTimer(TimeSpan due) =>
        tokenTimer!.Change(due < TimeSpan.Zero ? TimeSpan.Zero : due < LongestTimer ? due : LongestTimer,
            Timeout.InfiniteTimeSpan);
}
