using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>Sessions of a content on doubles.</summary>
public abstract class ContentTrial
{
    private protected abstract IContentKind Kind { get; }

    /// <summary>An update that a writer makes after those with lower numbers.</summary>
    private protected abstract byte[] Written(byte writer, byte number);

    /// <summary>Bytes that are no update of this content, although they are one of another.</summary>
    private protected abstract byte[] Foreign { get; }

    private protected static void Apply(IContent document, byte[] update) =>
        Assert.True(document.TryApply(update, out _, out var error), error.ToString());

    private protected static TestConnection Opened(World world, FrameFormat format) => world.Client(format: format);

    private protected World NewWorld(Func<SessionSettings, SessionSettings>? change = null)
    {
        var settings = SessionDefaults.Value with { Content = Kind };
        return new World(change is null ? settings : change(settings));
    }

    private protected void Has(TestConnection client, params byte[][] updates) =>
        Assert.Equal(StateOf(updates), client.Document.EncodeState());

    private protected byte[] StateOf(params byte[][] updates)
    {
        var document = Kind.Create();
        foreach (var update in updates)
        {
            Apply(document, update);
        }

        return document.EncodeState();
    }
}
