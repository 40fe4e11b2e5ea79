using Relay.DocLocator;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>One process's way to the locator.</summary>
internal sealed class LocatorClient(Process process, Locators locators, NodeIdentity identity, Calls calls)
    : IDocumentLocator
{
    private readonly InMemoryDocumentLocator locator = locators.LocatorOf(identity);

    /// <summary>
    /// One that takes effect after it was given up, and after the removal that followed, leaves the node listed:
    /// somebody has to ask it for the document before it notices.
    /// </summary>
    public ValueTask<IReadOnlyList<string>> AddAsync(DocumentName document, CancellationToken cancellation) =>
        Call(
            () =>
            {
                if (cancellation.IsCancellationRequested)
                {
                    locators.LeftBehind.Add((document, identity.Address));
                }

                return locator.AddAsync(document, CancellationToken.None).GetAwaiter().GetResult();
            },
            cancellation,
            "addition to the locator");

    public ValueTask RemoveAsync(DocumentName document, CancellationToken cancellation) =>
        new(Call(
            () =>
            {
                _ = locator.RemoveAsync(document, CancellationToken.None);
                return true;
            },
            cancellation,
            "removal from the locator").AsTask());

    /// <summary>Renews the node's item; a beat that is lost is followed by the next one.</summary>
    public void Beat()
    {
        if (locators.Service.IsReachedBy(process))
        {
            _ = locator.BeatAsync(CancellationToken.None);
        }
    }

    private ValueTask<T> Call<T>(Func<T> effect, CancellationToken cancellation, string what) =>
        calls.Make(process, locators.Service, effect,
            () => new LocatorUnavailableException("The connection is lost.", new TimeoutException()), cancellation,
            what: what);
}
