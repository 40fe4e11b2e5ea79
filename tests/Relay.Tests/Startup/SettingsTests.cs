using Microsoft.Extensions.Configuration;

namespace Relay.Startup;

public sealed class SettingsTests
{
    [Fact]
    public void Without_settings_a_development_node_starts_with_the_documented_defaults()
    {
        var settings = Read(isDevelopment: true);
        Assert.Equal("./data", settings.FileStore.Path);
        Assert.Equal(TimeSpan.FromSeconds(30), settings.Documents.IdleTimeout);
        Assert.Equal(TimeSpan.FromMinutes(1), settings.Documents.SaveInterval);
        Assert.Equal("none", settings.Auth.Mode);
        Assert.Equal(16 << 20, settings.Limits.MaxMessageBytes);
    }

    [Fact]
    public void Settings_are_read()
    {
        var settings = Read(
            true,
            ("Documents:IdleTimeout", "00:00:05"),
            ("documents:keepSnapshots", "last=3,daily=7"),
            ("Limits:MaxConnections", "12"),
            ("FileStore:Fsync", "true"),
            ("Node:Address", "10.0.0.7:5211"));
        Assert.Equal(TimeSpan.FromSeconds(5), settings.Documents.IdleTimeout);
        Assert.Equal(3, settings.Documents.KeepSnapshots.Last);
        Assert.Equal(12, settings.Limits.MaxConnections);
        Assert.True(settings.FileStore.Fsync);
    }

    [Theory]
    [InlineData("Documents:IdleTimout", "00:00:05", "is not a setting of this version")]
    [InlineData("Redis:Configuration", "localhost", "is not a setting of this version")]
    [InlineData("Documents:IdleTimeout", "30", "but must be a time")]
    [InlineData("Documents:SaveInterval", "00:00:00", "but must be a time")]
    [InlineData("Documents:KeepSnapshots", "some", "'some'")]
    [InlineData("Documents:GarbageCollection", "on", "but must be true or false")]
    [InlineData("Limits:MaxMessageBytes", "16MB", "but must be a whole number")]
    [InlineData("Limits:MaxConnections", "0", "but must be a whole number from 1")]
    [InlineData("Node:Address", "relay.example", "but must be an IP address and a port")]
    [InlineData("Auth:Mode", "jwt", "but must be 'none'")]
    public void A_setting_that_is_unknown_or_wrong_stops_the_start_and_is_named(string key, string value, string sentence)
    {
        var refused = Assert.Throws<SettingsException>(() => Read(true, (key, value)));
        Assert.Contains("Relay:" + key, refused.Message, StringComparison.Ordinal);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Outside_development_somebody_has_to_say_who_may_come_in()
    {
        Assert.Contains("Relay:Auth:Mode", Assert.Throws<SettingsException>(() => Read(false)).Message, StringComparison.Ordinal);
        Assert.Equal("none", Read(false, ("Auth:Mode", "none")).Auth.Mode);
    }

    [Fact]
    public void Everything_that_is_wrong_is_named_at_once()
    {
        var refused = Assert.Throws<SettingsException>(() => Read(true, ("Limits:MaxConnections", "x"), ("Nonsense", "y")));
        Assert.Equal(2, refused.Message.Split(Environment.NewLine).Length);
    }

    private static RelaySettings Read(bool isDevelopment, params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create("Relay:" + s.Key, (string?)s.Value)))
            .Build();
        return RelaySettings.Read(configuration, isDevelopment);
    }
}
