using Relay.Access;
using Relay.Sessions;

namespace Relay.Doubles;

/// <summary>
/// Tokens that say what they allow: <c>write</c>, <c>read</c>, <c>none</c>, <c>later</c>, <c>forged</c>, with
/// <c>@user</c> behind it if there is one, and <c>+seconds</c> if it ends. Everything else is refused.
/// </summary>
internal sealed class TestVerifier(TimeProvider time) : ITokenVerifier
{
    public const string Refusal = "The token is not one.";

    /// <summary>What was shown.</summary>
    public List<string?> Seen { get; } = [];

    public ValueTask<TokenVerdict> VerifyAsync(string? token, CancellationToken cancellation)
    {
        Seen.Add(token);
        return ValueTask.FromResult(Judge(token ?? ""));
    }

    private TokenVerdict Judge(string token)
    {
        var ends = token.Split('+');
        var parts = ends[0].Split('@');
        AccessLevel? level = parts[0] switch
        {
            "write" => AccessLevel.Write,
            "read" => AccessLevel.Read,
            "none" => AccessLevel.None,
            _ => null
        };
        if (level is null)
        {
            return new TokenVerdict(null, Refusal, IsTemporary: parts[0] == "later", IsForged: parts[0] == "forged");
        }

        return new TokenVerdict(
            new Grant(_ => level.Value)
            {
                UserId = parts.Length > 1 ? parts[1] : null,
                Expires = ends.Length > 1
                    ? time.GetUtcNow()
                    + TimeSpan.FromSeconds(int.Parse(ends[1], System.Globalization.CultureInfo.InvariantCulture))
                    : DateTimeOffset.MaxValue,
            },
            null);
    }
}
