using System.Diagnostics.CodeAnalysis;

namespace Relay.Access;

/// <summary>The origins (RFC 6454) of pages that may open WebSockets. Immutable.</summary>
internal sealed class AllowedOrigins
{
    private readonly HashSet<string>? origins;

    private AllowedOrigins(HashSet<string>? origins) => this.origins = origins;

    public static AllowedOrigins All { get; } = new(null);

    public bool AreAll => origins is null;

    /// <summary>Reads origins that are separated by commas: scheme, host and possibly a port.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out AllowedOrigins? read)
    {
        read = null;
        var set = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Uri.TryCreate(part, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.PathAndQuery is not ("/" or "") || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
            {
                return false;
            }

            set.Add(Canonical(uri));
        }

        read = new AllowedOrigins(set);
        return set.Count > 0;
    }

    /// <param name="origin">The header, possibly of several values; empty when there is none.</param>
    public bool Allow(string origin) =>
        origins is null || origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && origins.Contains(Canonical(uri)));

    // Browsers write origins in small letters and without the port that the scheme implies, as this does.
    private static string Canonical(Uri uri) => uri.IsDefaultPort ? $"{uri.Scheme}://{uri.IdnHost}" : $"{uri.Scheme}://{uri.IdnHost}:{uri.Port}";
}
