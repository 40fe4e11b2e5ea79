using System.Net;

namespace Relay.Access;

/// <summary>
/// Bounds how many signatures that turn out to be wrong are checked for one client address, because a check costs a
/// node far more than the request costs its sender. Tokens that were accepted lately are not held back, so others
/// behind the same address go on. Thread-safe; its memory is bounded.
/// </summary>
internal sealed class ForgedTokens(TimeProvider time)
{
    /// <summary>Wrong signatures of one address in a minute, as many at once after a pause.</summary>
    public const int PerMinute = 60;

    private const int MaxAccepted = 50_000;

    private readonly AddressRate rate = new(PerMinute, time);
    private readonly Lock gate = new();

    // Hashes are enough: who is let through by chance is let through to a check.
    private HashSet<int> accepted = [];
    private HashSet<int> acceptedBefore = [];

    /// <summary>Whether a token of this address is checked now.</summary>
    public bool MayCheck(IPAddress? address, string? token)
    {
        if (string.IsNullOrEmpty(token) || rate.HasRoom(address))
        {
            return true;
        }

        var hash = token.GetHashCode(StringComparison.Ordinal);
        lock (gate)
        {
            return accepted.Contains(hash) || acceptedBefore.Contains(hash);
        }
    }

    /// <summary>Remembers what became of a token.</summary>
    public void Checked(IPAddress? address, string? token, in TokenVerdict verdict)
    {
        if (verdict.IsForged)
        {
            rate.TryTake(address);
        }
        else if (token is not null && verdict.IsAccepted)
        {
            var hash = token.GetHashCode(StringComparison.Ordinal);
            lock (gate)
            {
                if (accepted.Add(hash) && accepted.Count == MaxAccepted)
                {
                    (acceptedBefore, accepted) = (accepted, []);
                }
            }
        }
    }
}
