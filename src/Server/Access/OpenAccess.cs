namespace Relay.Access;

/// <summary><c>Auth:Mode</c> <c>none</c>: everybody may do everything, whatever token they send.</summary>
internal sealed class OpenAccess : ITokenVerifier
{
    public ValueTask<TokenVerdict> VerifyAsync(string? token, CancellationToken cancellation) =>
        ValueTask.FromResult(new TokenVerdict(Grant.Everything, null));
}
