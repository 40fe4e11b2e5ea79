using Relay.Peers;

namespace Relay.Startup;

/// <summary>The listener for other nodes.</summary>
internal sealed record InternalOptions
{
    /// <summary>
    /// The shortest <c>Internal:Secret</c> outside Development, in characters: as many as a random 128-bit number has
    /// hexadecimal digits.
    /// </summary>
    public const int MinSecretLength = 32;

    /// <summary><c>Internal:Port</c>: the internal listener's port. Default: 0, no internal listener.</summary>
    public int Port { get; init; }

    /// <summary><c>Internal:Secret</c>: what nodes prove themselves with, equal on all of them. Required with
    /// <see cref="Port"/> outside Development. Absent in Development: a secret that everybody can read in the sources,
    /// and the listener hears its own machine only.</summary>
    public PeerSecret? Secret { get; init; }

    public static InternalOptions Read(SettingsReader reader, bool isDevelopment)
    {
        var port = (int)reader.Number("Internal:Port", 0, 0, 65_535);
        var secret = reader.Text("Internal:Secret");
        if (port > 0 && secret is null && !isDevelopment)
        {
            reader.Refuse(
                "Relay:Internal:Secret must be set outside Development when Relay:Internal:Port is: without it "
                    + "anybody could read every document there.");
        }

        if (secret is not null && secret.Length < MinSecretLength && !isDevelopment)
        {
            reader.Refuse(
                $"Relay:Internal:Secret has {secret.Length} characters, but must have at least {MinSecretLength}.");
        }

        return new InternalOptions { Port = port, Secret = secret is null ? null : new PeerSecret(secret) };
    }
}
