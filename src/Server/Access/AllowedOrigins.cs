using System.Diagnostics.CodeAnalysis;

namespace Relay.Access;

/// <summary>The origins (RFC 6454) of pages that may open WebSockets and use the API. Immutable.</summary>
internal sealed class AllowedOrigins
{
    /// <summary>How browsers write the origin of a page that has none, such as a file or a sandboxed frame.</summary>
    private const string Opaque = "null";

    /// <summary>Stands for one or more labels at the beginning of a host.</summary>
    private const string Wildcard = "://*.";

    private readonly HashSet<string>? origins;

    /// <summary>
    /// Origins whose hosts begin with <c>*</c>: what comes before the host, and what the host and the port end in.
    /// </summary>
    private readonly List<(string Start, string End)> subdomains = [];

    private AllowedOrigins(HashSet<string>? origins) => this.origins = origins;

    public static AllowedOrigins All { get; } = new(null);

    public bool AreAll => origins is null;

    /// <summary>
    /// Reads origins that are separated by commas: scheme, host and possibly a port; <c>*.</c> at the beginning of the
    /// host for all of its subdomains, however deep; or <c>null</c>.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out AllowedOrigins? read)
    {
        var parsed = new AllowedOrigins(new HashSet<string>(StringComparer.Ordinal));
        read = null;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!parsed.TryAdd(part))
            {
                return false;
            }
        }

        read = parsed;
        return parsed.origins!.Count + parsed.subdomains.Count > 0;
    }

    /// <param name="origin">The header, possibly of several values; empty when there is none.</param>
    public bool Allow(string origin) => origins is null || origin.Length == 0 || Name(origin);

    /// <summary>Whether the settings name the origin: one that is allowed because all are is not named.</summary>
    public bool Name(string origin)
    {
        if (origins is null)
        {
            return false;
        }

        if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri))
        {
            return origin == Opaque && origins.Contains(Opaque);
        }

        var canonical = Canonical(uri);
        return origins.Contains(canonical) || subdomains.Exists(one =>
            canonical.Length > one.Start.Length + one.End.Length
            && canonical.StartsWith(one.Start, StringComparison.Ordinal)
            && canonical.EndsWith(one.End, StringComparison.Ordinal));
    }

    private bool TryAdd(string origin)
    {
        if (origin == Opaque)
        {
            origins!.Add(Opaque);
            return true;
        }

        // A label takes the place of the asterisk while the rest is read.
        var isWild = origin.Contains(Wildcard, StringComparison.Ordinal);
        var plain = isWild ? origin.Replace(Wildcard, "://x.", StringComparison.Ordinal) : origin;
        if (plain.Contains('*', StringComparison.Ordinal) || !Uri.TryCreate(plain, UriKind.Absolute, out var uri)
            || uri.Host.Length == 0 || uri.PathAndQuery is not ("/" or "")
            || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
        {
            return false;
        }

        var canonical = Canonical(uri);
        if (isWild)
        {
            var start = uri.Scheme.Length + "://".Length;
            subdomains.Add((canonical[..start], canonical[(start + 1)..]));
        }
        else
        {
            origins!.Add(canonical);
        }

        return true;
    }

    // Browsers write origins in small letters and without the port that the scheme implies, as this does.
    private static string Canonical(Uri uri) =>
        uri.IsDefaultPort ? $"{uri.Scheme}://{uri.IdnHost}" : $"{uri.Scheme}://{uri.IdnHost}:{uri.Port}";
}
