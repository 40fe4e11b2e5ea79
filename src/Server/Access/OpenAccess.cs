namespace Relay.Access;

/// <summary><c>Auth:Mode</c> <c>none</c>: every client may do everything, whatever token it sends.</summary>
internal sealed class OpenAccess : ITokenVerifier
{
    public ValueTask<TokenVerdict> VerifyAsync(string? token, CancellationToken cancellation) =>
        ValueTask.FromResult(new TokenVerdict(Grant.Everything, null));
}
