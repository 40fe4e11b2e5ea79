namespace Relay.Backplane;

/// <summary>What Redis answered to one call.</summary>
/// <param name="Answers">The answer to each append, in their order.</param>
/// <param name="Token">For <see cref="IAppendServer.ConfirmAsync"/>: what the call went through; null if no replica is
/// waited for.</param>
internal sealed record StoredAppends(AppendAnswer[] Answers, ReplicaToken? Token);
