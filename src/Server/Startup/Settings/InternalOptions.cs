using Relay.Peers;

namespace Relay.Startup;

/// <summary>The listener for other nodes.</summary>
internal sealed class InternalOptions
{
    /// <summary>
    /// The shortest <see cref="Secret"/> outside Development, in characters: as many as a random 128-bit number has
    /// hexadecimal digits.
    /// </summary>
    internal const int MinSecretLength = 32;

    /// <summary>The internal listener's port. Default: 0, no internal listener.</summary>
    public int Port { get; set; }

    /// <summary>
    /// What nodes prove themselves with, equal on all of them. Required with <see cref="Port"/> outside Development.
    /// Absent in Development: a secret that stands in the sources, and the listener hears its own machine
    /// only.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary><see cref="Secret"/>, ready for use.</summary>
    internal PeerSecret? ToProof() => Secret is null ? null : new PeerSecret(Secret);

    internal void Check(SettingsCheck check, bool isDevelopment)
    {
        check.Number(Port, 0, 65_535);
        check.Text(Secret);
        if (Port > 0 && Secret is null && !isDevelopment)
        {
            check.Refuse(
                $"{check.Key(Secret)} must be set outside Development when {check.Key(Port)} is: without it any client "
                + "could read every document there.");
        }

        if (Secret is not null && Secret.Length < MinSecretLength && !isDevelopment)
        {
            check.Refuse(
                $"{check.Key(Secret)} has {Secret.Length} characters, but must have at least {MinSecretLength}.");
        }
    }
}
