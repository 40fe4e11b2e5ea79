using System.Globalization;

namespace Relay.Startup;

/// <summary>
/// Reads settings one by one and keeps what is wrong with them, so that a start that is refused names everything at
/// once. A key that nobody asked for is wrong, too: a misspelt limit must not be a limit that does not hold.
/// </summary>
internal sealed class SettingsReader(IConfigurationSection section)
{
    private readonly List<string> problems = [];
    private readonly HashSet<string> known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The text of a setting; nothing when it is absent or empty.</summary>
    public string? Text(string key)
    {
        known.Add(key);
        return section[key] is { Length: > 0 } text ? text : null;
    }

    public TimeSpan Time(string key, TimeSpan absent, TimeSpan least, TimeSpan most)
    {
        if (Text(key) is not { } text)
        {
            return absent;
        }

        // A bare number would be days: nobody means that.
        if (!text.Contains(':') || !TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value)
            || value < least || value > most)
        {
            return Refuse(key, text, $"a time from {least:c} to {most:c}, written as hours:minutes:seconds", absent);
        }

        return value;
    }

    public long Number(string key, long absent, long least, long most)
    {
        if (Text(key) is not { } text)
        {
            return absent;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= least && value <= most
            ? value
            : Refuse(key, text,
                string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"), absent);
    }

    public bool Flag(string key, bool absent)
    {
        if (Text(key) is not { } text)
        {
            return absent;
        }

        return bool.TryParse(text, out var value) ? value : Refuse(key, text, "true or false", absent);
    }

    /// <summary>The text of a setting that has no meaning without another one.</summary>
    public string? Companion(string key, string main, string? mainText)
    {
        var text = Text(key);
        if (text is not null && mainText is null)
        {
            Refuse($"Relay:{key} has no meaning without Relay:{main}.");
        }

        return text;
    }

    /// <summary>The address of a service, which has no meaning without another setting.</summary>
    public string? Address(string key, string main, string? mainText) =>
        Companion(key, main, mainText) is { } text ? Address(key, text)?.OriginalString : null;

    /// <summary>
    /// Reads an address over HTTP; null when it is refused. The refusal does not repeat it: somebody may have written a
    /// user and a password into it, which are not allowed, because addresses are logged.
    /// </summary>
    public Uri? Address(string key, string text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address is { Scheme: "http" or "https", UserInfo: "" })
        {
            return address;
        }

        Refuse($"Relay:{key} must be an address that begins with http:// or https://, "
            + "without a user and a password in it.");
        return null;
    }

    /// <summary>Notes that a setting is wrong.</summary>
    public T Refuse<T>(string key, string text, string expected, T instead)
    {
        problems.Add($"Relay:{key} is '{text}', but must be {expected}.");
        return instead;
    }

    /// <summary>Notes a sentence that names the settings that are wrong together, or the one that is missing.</summary>
    public void Refuse(string sentence) => problems.Add(sentence);

    /// <exception cref="SettingsException">Something was refused, or a key is unknown.</exception>
    public void ThrowIfRefused()
    {
        foreach (var (path, value) in section.AsEnumerable(makePathsRelative: true))
        {
            if (value is not null && !known.Contains(path))
            {
                problems.Add($"Relay:{path} is not a setting of this version.");
            }
        }

        if (problems.Count > 0)
        {
            throw new SettingsException(string.Join(Environment.NewLine, problems));
        }
    }
}
