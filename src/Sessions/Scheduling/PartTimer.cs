namespace Relay.Sessions;

/// <summary>A timer whose handler is made once for all parts of a kind.</summary>
internal sealed class PartTimer<TPart>(
    SessionEffects effects, SessionTimer? before, TPart part, Action<TPart> handler)
    : SessionTimer(effects, before)
{
    protected override void Handle() => handler(part);
}
