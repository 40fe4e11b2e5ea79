using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Access;

/// <summary>What a token that was checked allows, to whom, and until when. Immutable.</summary>
internal sealed class Grant
{
    private readonly Func<DocumentName, AccessLevel> access;

    public Grant(Func<DocumentName, AccessLevel> access)
    {
        this.access = access;
    }

    /// <summary>What <c>Auth:Mode</c> <c>none</c> gives to every client.</summary>
    public static Grant Everything { get; } = new(_ => AccessLevel.Write) { IsAdmin = true };

    /// <summary>The token's <c>sub</c>; null without a token.</summary>
    public string? UserId { get; init; }

    /// <summary>The token's <c>name</c>.</summary>
    public string? UserName { get; init; }

    /// <summary>Whether the dashboard and the admin calls are open.</summary>
    public bool IsAdmin { get; init; }

    /// <summary>When it ends; the latest time there is when it never does.</summary>
    public DateTimeOffset Expires { get; init; } = DateTimeOffset.MaxValue;

    public AccessLevel To(DocumentName document) => access(document);
}
