namespace Relay.Startup;

/// <summary>What is written under <c>Relay:</c>, and what was found to be wrong with it.</summary>
internal sealed class SettingsTexts
{
    private readonly Dictionary<string, string> texts = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> unread = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> known = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> problems = [];

    /// <summary>Binds each text to its property. An empty text leaves the default, as if it were not there.</summary>
    /// <remarks>
    /// One after the other, because the binder stops at the first text that it cannot read, and a start that is refused
    /// names all of them.
    /// </remarks>
    public SettingsTexts(IConfigurationSection section, RelaySettings settings)
    {
        foreach (var (key, text) in section.AsEnumerable(makePathsRelative: true))
        {
            if (string.IsNullOrEmpty(text))
            {
                continue;
            }

            texts.Add(key, text);
            try
            {
                new ConfigurationBuilder().AddInMemoryCollection([new(key, text)]).Build().Bind(settings);
            }
            catch (InvalidOperationException)
            {
                unread.Add(key);
            }
        }
    }

    /// <summary>The text of a setting that exists; null when it is not given.</summary>
    public string? Text(string key)
    {
        known.Add(key);
        return texts.GetValueOrDefault(key);
    }

    /// <summary>Whether the binder could make no value of the text, so that the property has its default.</summary>
    public bool IsUnread(string key) => unread.Contains(key);

    public void Refuse(string sentence) => problems.Add(sentence);

    /// <exception cref="SettingsException">Something was refused, or no property was checked for a key.</exception>
    public void ThrowIfRefused()
    {
        // A misspelt limit must not be a limit that does not hold.
        problems.AddRange(texts.Keys
            .Where(key => !known.Contains(key))
            .Select(key => $"{SettingsCheck.Root}:{key} is not a setting of this version."));
        if (problems.Count > 0)
        {
            throw new SettingsException(string.Join(Environment.NewLine, problems));
        }
    }
}
