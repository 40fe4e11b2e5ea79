using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Takes this node out of the locator where it is listed for a document that it does not hold: a call was given up and
/// came late, or a removal failed.
/// </summary>
/// <param name="services">What all sessions of the node share.</param>
internal sealed partial class StaleListings(SessionServices services)
{
    /// <summary>
    /// Removes the listing once. Until then no session of the document may load, so that the removal does not land
    /// after its place was taken.
    /// </summary>
    /// <param name="name">The document.</param>
    /// <param name="ended">Called when it is removed, or when that failed; the next node that asks repeats it.</param>
    public async Task RemoveAsync(DocumentName name, Action<DocumentName> ended)
    {
        try
        {
            using var timeout = new CancellationTokenSource(services.Settings.CallTimeout, services.Environment.Time);
            await services.Locator.RemoveAsync(name, timeout.Token);
        }
        catch (Exception exception)
        {
            // The next node that asks makes this one try again.
            services.LateRemovals.Add(name);
            LogStillListed(services.Logger, exception, name);
        }

        ended(name);
    }
}
